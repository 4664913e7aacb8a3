package io.trialog.sdk.core.note;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * The public key of a note's signer: {@code name+<8 hex key id>+<base64(0x01 || 32-byte key)>}.
 * Immutable; any thread.
 */
public final class VerifierKey {
  private static final byte ED25519 = 0x01;
  private static final int MAX_CHARS = 512;

  private final String name;
  private final byte[] raw;
  private final int id;

  VerifierKey(String name, byte[] raw) throws NoteException {
    checkName(name);
    this.name = name;
    this.raw = raw.clone();
    this.id = id(name, raw);
  }

  /**
   * Reads a key text.
   *
   * @throws NoteException MALFORMED, also when the key id is not the one of name and key
   */
  public static VerifierKey parse(String vkey) throws NoteException {
    // The base64 may itself hold plus signs: only the first two separate.
    int first = vkey.indexOf('+');
    int second = vkey.indexOf('+', first + 1);
    if (vkey.length() > MAX_CHARS || first < 0 || second < 0) {
      throw malformed("expected name+id+key");
    }
    byte[] typed = base64(vkey.substring(second + 1));
    if (typed.length != 1 + Ed25519.PUBLIC_KEY_BYTES || typed[0] != ED25519) {
      throw malformed("expected an Ed25519 key of 33 bytes with its type");
    }
    String name = vkey.substring(0, first);
    VerifierKey key = new VerifierKey(name, Arrays.copyOfRange(typed, 1, typed.length));
    if (!key.idText().equals(vkey.substring(first + 1, second))) {
      throw malformed("the key id is not the one of name and key");
    }
    return key;
  }

  /** The signer's name, {@code trialog/production} for snapshots. */
  public String name() {
    return name;
  }

  /** The key id, as the four bytes of a signature line. */
  int id() {
    return id;
  }

  /** The key id as 8 lower-case hexadecimal digits. */
  public String idText() {
    return String.format(java.util.Locale.ROOT, "%08x", id);
  }

  PublicKey publicKey() throws NoteException {
    return Ed25519.publicKey(raw);
  }

  private static int id(String name, byte[] raw) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(name.getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) '\n');
      sha256.update(ED25519);
      byte[] digest = sha256.digest(raw);
      return java.nio.ByteBuffer.wrap(digest).getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  static void checkName(String name) throws NoteException {
    boolean bad =
        name.isEmpty() || name.chars().anyMatch(c -> c == '+' || Character.isWhitespace(c));
    if (bad) {
      throw malformed("a key's name is not empty and has neither white space nor plus");
    }
  }

  static byte[] base64(String text) throws NoteException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new NoteException(NoteException.Reason.MALFORMED, "expected base64", e);
    }
  }

  static String typed(byte[] key) {
    byte[] typed = new byte[1 + key.length];
    typed[0] = ED25519;
    System.arraycopy(key, 0, typed, 1, key.length);
    return Base64.getEncoder().encodeToString(typed);
  }

  private static NoteException malformed(String message) {
    return new NoteException(NoteException.Reason.MALFORMED, message);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifierKey
        && name.equals(((VerifierKey) other).name)
        && Arrays.equals(raw, ((VerifierKey) other).raw);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /** The key text. */
  @Override
  public String toString() {
    return name + "+" + idText() + "+" + typed(raw);
  }
}
