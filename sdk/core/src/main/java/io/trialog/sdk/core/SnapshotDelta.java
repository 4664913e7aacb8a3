package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import io.trialog.sdk.core.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What makes a new snapshot of the text of an older one (protocol clause 10): ranges of its bytes
 * to copy and texts to insert, and the signature lines of the new note. Nothing in it is trusted:
 * what it makes is a note that is checked like one that came whole. Immutable; any thread.
 */
public final class SnapshotDelta {
  /** Most parts. */
  public static final int MAX_PARTS = 10_000;

  /** A range of the base's bytes, or a text. */
  public static final class Part {
    private final int begin;
    private final int end;
    private final byte[] text;

    private Part(int begin, int end, byte[] text) {
      this.begin = begin;
      this.end = end;
      this.text = text;
    }

    /**
     * Bytes of the base to copy.
     *
     * @throws IllegalArgumentException unless {@code 0 <= begin < end}
     */
    public static Part range(int begin, int end) {
      if (begin < 0 || end <= begin) {
        throw new IllegalArgumentException(
            "expected 0 <= begin < end, found [" + begin + "," + end + "]");
      }
      return new Part(begin, end, new byte[0]);
    }

    /**
     * A text to insert.
     *
     * @throws IllegalArgumentException for an empty one
     */
    public static Part text(String text) {
      if (text.isEmpty()) {
        throw new IllegalArgumentException("expected a text that is not empty");
      }
      return new Part(0, 0, text.getBytes(StandardCharsets.UTF_8));
    }

    private boolean isRange() {
      return text.length == 0;
    }

    private int length() {
      return isRange() ? end - begin : text.length;
    }

    private Object tree() {
      return isRange() ? List.of(begin, end) : new String(text, StandardCharsets.UTF_8);
    }
  }

  private final long from;
  private final List<Part> parts;
  private final String signatures;

  /**
   * A delta.
   *
   * @param from position of the base
   * @param signatures the signature lines of the new note, without the last line's end
   */
  public SnapshotDelta(long from, List<Part> parts, String signatures) {
    this.from = from;
    this.parts = List.copyOf(parts);
    this.signatures = signatures;
  }

  /**
   * Reads the data of an event: a line of canonical JSON, and signature lines.
   *
   * @throws SnapshotRefusedException TOO_LARGE, NOT_UTF8 or BAD_DELTA
   */
  public static SnapshotDelta parse(byte[] data) throws SnapshotRefusedException {
    String text = SnapshotReader.decoded(data);
    int split = text.indexOf('\n');
    String line = split < 0 ? text : text.substring(0, split);
    String signatures = split < 0 ? "" : text.substring(split + 1);
    try {
      Object tree = JsonReader.readCanonical(line);
      if (tree instanceof Map && ((Map<?, ?>) tree).size() == 2) {
        return of((Map<?, ?>) tree, signatures);
      }
    } catch (JsonException | IllegalArgumentException e) {
      throw new SnapshotRefusedException(Reason.BAD_DELTA, e.getMessage(), e);
    }
    throw bad("expected the members from and parts");
  }

  private static SnapshotDelta of(Map<?, ?> tree, String signatures)
      throws SnapshotRefusedException {
    Object from = tree.get("from");
    Object parts = tree.get("parts");
    if (!(from instanceof Long) || (Long) from < 0) {
      throw bad("from must be a position");
    }
    if (!(parts instanceof List) || ((List<?>) parts).size() > MAX_PARTS) {
      throw bad("parts must be an array of at most " + MAX_PARTS);
    }
    List<Part> read = new ArrayList<>();
    for (Object part : (List<?>) parts) {
      read.add(part instanceof String ? Part.text((String) part) : range(part));
    }
    return new SnapshotDelta((Long) from, read, signatures);
  }

  private static Part range(@Nullable Object part) throws SnapshotRefusedException {
    List<?> bounds = part instanceof List ? (List<?>) part : Collections.emptyList();
    if (bounds.size() == 2 && bounds.get(0) instanceof Long && bounds.get(1) instanceof Long) {
      // Whatever is larger lies outside of every base.
      long begin = Math.min((Long) bounds.get(0), Integer.MAX_VALUE);
      long end = Math.min((Long) bounds.get(1), Integer.MAX_VALUE);
      return Part.range((int) Math.max(begin, -1), (int) Math.max(end, -1));
    }
    throw bad("a part must be a text or two integers");
  }

  /** Position of the snapshot that it starts from. */
  public long from() {
    return from;
  }

  /** The data of its event. */
  public byte[] data() {
    List<Object> trees = new ArrayList<>();
    for (Part part : parts) {
      trees.add(part.tree());
    }
    try {
      String line = JsonWriter.write(Map.of("from", from, "parts", trees));
      return (line + "\n" + signatures).getBytes(StandardCharsets.UTF_8);
    } catch (JsonException e) {
      throw new IllegalStateException("parts hold whole characters only", e);
    }
  }

  /**
   * The new note, unchecked: text, empty line, signature lines.
   *
   * @param baseText the text of the note at {@link #from()}, with its line end
   * @throws SnapshotRefusedException BAD_DELTA or TOO_LARGE
   */
  public byte[] note(byte[] baseText) throws SnapshotRefusedException {
    byte[] text = apply(baseText, parts);
    byte[] end = ("\n" + signatures + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] note = Arrays.copyOf(text, text.length + end.length);
    System.arraycopy(end, 0, note, text.length, end.length);
    return note;
  }

  /**
   * The parts of a base one after the other.
   *
   * @throws SnapshotRefusedException BAD_DELTA for a range that is not within the base or cuts a
   *     character; TOO_LARGE for more than {@link SnapshotReader#MAX_BYTES} bytes
   */
  public static byte[] apply(byte[] baseText, List<Part> parts) throws SnapshotRefusedException {
    byte[] text = new byte[length(baseText, parts)];
    int at = 0;
    for (Part part : parts) {
      byte[] source = part.isRange() ? baseText : part.text;
      System.arraycopy(source, part.begin, text, at, part.length());
      at += part.length();
    }
    return text;
  }

  private static int length(byte[] baseText, List<Part> parts) throws SnapshotRefusedException {
    long length = 0;
    for (Part part : parts) {
      if (part.isRange() && !(isCut(baseText, part.begin) && isCut(baseText, part.end))) {
        throw bad("a range must be within the base and cut no character");
      }
      length += part.length();
    }
    if (length > SnapshotReader.MAX_BYTES) {
      throw new SnapshotRefusedException(
          Reason.TOO_LARGE,
          "expected at most " + SnapshotReader.MAX_BYTES + " bytes, found " + length);
    }
    return (int) length;
  }

  /** Whether a text can be cut there: at its end, or before the first byte of a character. */
  private static boolean isCut(byte[] text, int at) {
    return at == text.length || (at < text.length && (text[at] & 0xc0) != 0x80);
  }

  private static SnapshotRefusedException bad(String message) {
    return new SnapshotRefusedException(Reason.BAD_DELTA, message);
  }
}
