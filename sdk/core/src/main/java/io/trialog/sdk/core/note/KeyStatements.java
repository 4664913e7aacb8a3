package io.trialog.sdk.core.note;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements about one environment's keys as they travel beside its snapshots, in a file or a
 * record: {@code {"statements":[...]}} (protocol clause 12.8). Nothing about a statement is checked
 * here. Pure functions; any thread.
 */
public final class KeyStatements {
  /** Largest list, 1 MiB. */
  public static final int MAX_BYTES = 1 << 20;

  private static final String MEMBER = "statements";

  private KeyStatements() {}

  /** The list in its bytes. */
  public static byte[] write(List<String> notes) {
    try {
      return JsonWriter.write(Map.of(MEMBER, notes)).getBytes(StandardCharsets.UTF_8);
    } catch (JsonException e) {
      throw new IllegalArgumentException("statements must have a UTF-8 form", e);
    }
  }

  /**
   * The statements of a list, in their order.
   *
   * @throws NoteException MALFORMED for what is too long or no such list
   */
  public static List<String> read(byte[] list) throws NoteException {
    if (list.length > MAX_BYTES) {
      throw malformed("expected statements of at most " + MAX_BYTES + " bytes");
    }
    try {
      Object tree = JsonReader.read(new String(list, StandardCharsets.UTF_8));
      if (tree instanceof Map && ((Map<?, ?>) tree).get(MEMBER) instanceof List) {
        return of(tree);
      }
    } catch (JsonException e) {
      throw new NoteException(NoteException.Reason.MALFORMED, "the statements are not JSON", e);
    }
    throw malformed("expected an object with the member " + MEMBER);
  }

  /** The member {@code statements} of a tree of JSON; empty when there is none. */
  public static List<String> of(@Nullable Object tree) {
    Object notes = tree instanceof Map ? ((Map<?, ?>) tree).get(MEMBER) : null;
    List<String> statements = new ArrayList<>();
    if (notes instanceof List) {
      // What is no text is no statement either, and refused like one that is malformed.
      ((List<?>) notes).forEach(note -> statements.add(String.valueOf(note)));
    }
    return statements;
  }

  private static NoteException malformed(String message) {
    return new NoteException(NoteException.Reason.MALFORMED, message);
  }
}
