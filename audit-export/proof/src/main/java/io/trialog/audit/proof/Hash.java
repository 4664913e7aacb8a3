package io.trialog.audit.proof;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-256 digest: exactly 32 bytes, immutable. */
public final class Hash {

  public static final int BYTES = 32;

  private final byte[] bytes;

  private Hash(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Copies the bytes. Throws {@link MalformedException} unless there are 32. */
  public static Hash of(byte[] bytes) {
    return at(bytes, 0, bytes.length);
  }

  static Hash at(byte[] bytes, int offset, int length) {
    if (length != BYTES) {
      throw new MalformedException("a hash has 32 bytes, found " + length);
    }
    return new Hash(Arrays.copyOfRange(bytes, offset, offset + BYTES));
  }

  /** SHA-256 over the concatenation of the parts. */
  public static Hash sha256(byte[]... parts) {
    MessageDigest digest = newSha256();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return new Hash(digest.digest());
  }

  /** The digest of what was fed so far; resets it. */
  public static Hash finish(MessageDigest sha256) {
    return of(sha256.digest());
  }

  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Parses standard base64 with padding, as in a checkpoint; exactly one spelling is accepted. */
  public static Hash fromBase64(String text) {
    return of(Base64Text.decode(text));
  }

  static Hash fromHex(String text) {
    if (!text.matches("[0-9a-f]{64}")) {
      throw new MalformedException("a SHA-256 is 64 lower-case hex digits, found " + text);
    }
    return of(HexFormat.of().parseHex(text));
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  void update(MessageDigest digest) {
    digest.update(bytes);
  }

  void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, BYTES);
  }

  boolean isAt(byte[] other, int offset) {
    return Arrays.equals(bytes, 0, BYTES, other, offset, offset + BYTES);
  }

  /** Standard base64, 44 characters. */
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** base64url without padding, 43 characters: the form used inside leaves. */
  public String base64Url() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Lower-case hex, 64 characters: the form {@code sha256sum} prints. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Hash that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return base64();
  }
}
