package io.trialog.sdk.core.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens signed notes: a text that ends in a newline, an empty line, and signature lines {@code —
 * name base64(key id || signature)}. Signatures of other keys are ignored, as the specification
 * wants, so that keys and kinds of signatures can be added.
 */
public final class SignedNote {
  /** Most signature lines; more are refused. */
  public static final int MAX_SIGNATURES = 100;

  static final String SIGNATURE_MARK = "\u2014 ";

  private SignedNote() {}

  /**
   * The text of a note whose signature by the key is right, with its final newline.
   *
   * @throws NoteException for anything else
   */
  public static String open(String note, VerifierKey key) throws NoteException {
    int split = note.lastIndexOf("\n\n");
    if (split < 0 || !note.endsWith("\n")) {
      throw malformed("expected a text, an empty line and signatures");
    }
    String text = note.substring(0, split + 1);
    String block = note.substring(split + 2);
    if (!isText(text) || block.isEmpty()) {
      throw malformed("expected a text without controls and at least one signature");
    }
    String[] lines = block.substring(0, block.length() - 1).split("\n", MAX_SIGNATURES + 1);
    if (lines.length > MAX_SIGNATURES) {
      throw malformed("expected at most " + MAX_SIGNATURES + " signatures");
    }
    verify(text, lines, key);
    return text;
  }

  /**
   * The text of a note in its bytes, with its final newline; unchecked.
   *
   * @throws IllegalArgumentException for bytes without an empty line
   */
  public static byte[] textBytes(byte[] note) {
    for (int at = note.length - 1; at > 0; at--) {
      if (note[at] == '\n' && note[at - 1] == '\n') {
        return Arrays.copyOf(note, at);
      }
    }
    throw new IllegalArgumentException("expected a text, an empty line and signatures");
  }

  /**
   * The key ids of the signature lines of a name, as 8 hexadecimal digits; unchecked, and empty for
   * what is no note.
   */
  public static Set<String> keyIds(String note, String name) {
    Set<String> ids = new TreeSet<>();
    String start = SIGNATURE_MARK + name + " ";
    for (String line : note.substring(note.lastIndexOf("\n\n") + 1).split("\n", -1)) {
      if (line.startsWith(start) && ids.size() < MAX_SIGNATURES) {
        try {
          byte[] bytes = VerifierKey.base64(line.substring(start.length()));
          if (bytes.length > 4) {
            ids.add(String.format(java.util.Locale.ROOT, "%08x", ByteBuffer.wrap(bytes).getInt()));
          }
        } catch (NoteException e) {
          // A line that names no key.
        }
      }
    }
    return ids;
  }

  private static void verify(String text, String[] lines, VerifierKey key) throws NoteException {
    List<byte[]> signatures = new ArrayList<>();
    for (String line : lines) {
      byte[] signature = signatureOf(line, key);
      if (signature.length > 0) {
        signatures.add(signature);
      }
    }
    if (signatures.isEmpty()) {
      throw new NoteException(
          NoteException.Reason.NOT_SIGNED_BY_KEY,
          "expected a signature of " + key.name() + " with key id " + key.idText());
    }
    for (byte[] signature : signatures) {
      check(text, signature, key);
    }
  }

  /** Empty when the line is another key's; a wrong line of any key makes the note malformed. */
  private static byte[] signatureOf(String line, VerifierKey key) throws NoteException {
    int space = line.indexOf(' ', SIGNATURE_MARK.length());
    if (!line.startsWith(SIGNATURE_MARK) || space < 0) {
      throw malformed("expected a signature line");
    }
    String name = line.substring(SIGNATURE_MARK.length(), space);
    VerifierKey.checkName(name);
    byte[] bytes = VerifierKey.base64(line.substring(space + 1));
    if (bytes.length < 5) {
      throw malformed("expected a key id and a signature");
    }
    boolean ours = name.equals(key.name()) && ByteBuffer.wrap(bytes).getInt() == key.id();
    return ours ? Arrays.copyOfRange(bytes, 4, bytes.length) : new byte[0];
  }

  private static void check(String text, byte[] signature, VerifierKey key) throws NoteException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (signature.length != Ed25519.SIGNATURE_BYTES
        || !Ed25519.verifies(key.publicKey(), bytes, signature)) {
      throw new NoteException(
          NoteException.Reason.BAD_SIGNATURE, "the signature of " + key.name() + " is wrong");
    }
  }

  static boolean isText(String text) {
    return text.endsWith("\n") && text.chars().allMatch(c -> c >= 0x20 || c == '\n');
  }

  private static NoteException malformed(String message) {
    return new NoteException(NoteException.Reason.MALFORMED, message);
  }
}
