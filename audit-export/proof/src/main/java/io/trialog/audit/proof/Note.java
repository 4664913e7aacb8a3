package io.trialog.audit.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A signed note (c2sp.org/signed-note): text ending in a line feed, an empty line, signature lines.
 *
 * <p>Parsing says nothing about who signed: ask {@link #signedBy} with a key one already trusts.
 *
 * @param text the signed text with its final line feed
 * @param signatures 1 to 64 signatures, known or not, in the order of the note
 */
public record Note(String text, List<Line> signatures) {

  /** Longest note read: a manifest of some 100,000 files. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_SIGNATURES = 64;
  private static final int MAX_SIGNATURE_CHARS = 32 << 10;
  private static final String DASH = "\u2014 ";

  /**
   * One signature line.
   *
   * @param name the key's name
   * @param keyId the key's id
   * @param signature what follows the key id, at least one byte
   */
  public record Line(String name, int keyId, List<Byte> signature) {
    public Line {
      signature = List.copyOf(signature);
    }

    byte[] signatureBytes() {
      byte[] bytes = new byte[signature.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = signature.get(i);
      }
      return bytes;
    }
  }

  public Note {
    signatures = List.copyOf(signatures);
    if (!text.endsWith("\n")) {
      throw new MalformedException("the text of a note ends in a line feed");
    }
    if (signatures.isEmpty() || signatures.size() > MAX_SIGNATURES) {
      throw new MalformedException(
          "a note has 1 to " + MAX_SIGNATURES + " signatures, found " + signatures.size());
    }
  }

  static Note of(String text, VerifierKey key, byte[] signature) {
    requirePlain(text);
    return new Note(text, List.of(new Line(key.name(), key.keyId(), boxed(signature))));
  }

  /** Parses strictly. Throws {@link MalformedException}. */
  public static Note parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new MalformedException("a note has at most " + MAX_BYTES + " bytes");
    }
    String all = StrictText.utf8(bytes);
    requirePlain(all);
    int gap = all.lastIndexOf("\n\n");
    if (gap < 0 || !all.endsWith("\n") || gap + 2 == all.length()) {
      throw new MalformedException("a note is text, an empty line and signature lines");
    }
    String[] lines = all.substring(gap + 2, all.length() - 1).split("\n", MAX_SIGNATURES + 2);
    List<Line> signatures = new ArrayList<>();
    for (String line : lines) {
      signatures.add(parseLine(line));
    }
    return new Note(all.substring(0, gap + 1), signatures);
  }

  private static void requirePlain(String text) {
    if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
      throw new MalformedException("a note has no control characters except line feeds");
    }
  }

  private static Line parseLine(String line) {
    String[] parts = line.startsWith(DASH) ? line.substring(DASH.length()).split(" ", 3) : null;
    if (parts == null || parts.length != 2 || parts[1].length() > MAX_SIGNATURE_CHARS) {
      throw new MalformedException("not a signature line: " + StrictText.quote(line));
    }
    byte[] idAndSignature = Base64Text.decode(parts[1]);
    if (idAndSignature.length <= Integer.BYTES) {
      throw new MalformedException("the signature of " + StrictText.quote(parts[0]) + " is empty");
    }
    return new Line(
        VerifierKey.requireKeyName(parts[0]),
        ByteBuffer.wrap(idAndSignature).getInt(),
        boxed(Arrays.copyOfRange(idAndSignature, Integer.BYTES, idAndSignature.length)));
  }

  private static List<Byte> boxed(byte[] bytes) {
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }

  /**
   * Whether the key signed this text. Signatures of other keys are ignored, even if they share its
   * name or its id; a line with both that does not verify spoils the note.
   */
  public boolean signedBy(VerifierKey key) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean signed = false;
    for (Line line : signatures) {
      if (!line.name().equals(key.name()) || line.keyId() != key.keyId()) {
        continue;
      }
      if (!key.verifies(bytes, line.signatureBytes())) {
        return false;
      }
      signed = true;
    }
    return signed;
  }

  /** The same text with further signature lines. */
  public Note with(Note other) {
    if (!other.text.equals(text)) {
      throw new IllegalArgumentException("signatures belong to one text only");
    }
    List<Line> all = new ArrayList<>(signatures);
    all.addAll(other.signatures);
    return new Note(text, all);
  }

  /** The file form, UTF-8. */
  public byte[] bytes() {
    StringBuilder note = new StringBuilder(text).append('\n');
    for (Line line : signatures) {
      byte[] signature = line.signatureBytes();
      byte[] idAndSignature =
          ByteBuffer.allocate(Integer.BYTES + signature.length)
              .putInt(line.keyId())
              .put(signature)
              .array();
      note.append(DASH).append(line.name()).append(' ');
      note.append(Base64.getEncoder().encodeToString(idAndSignature)).append('\n');
    }
    return note.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Note that && Arrays.equals(bytes(), that.bytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes());
  }
}
