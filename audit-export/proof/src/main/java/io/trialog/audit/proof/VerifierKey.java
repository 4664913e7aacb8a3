package io.trialog.audit.proof;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A public Ed25519 key with its name (c2sp.org/signed-note): {@code name+<8 hex key
 * id>+<base64(type || 32 bytes)>}. Immutable.
 */
public final class VerifierKey {

  /**
   * What the signature is over; each kind has its own key id, so one is never taken for another.
   */
  public enum Kind {
    /** Type 0x01: the note text itself. */
    NOTE(1),
    /**
     * Type 0x04: a witness's timestamped statement about a checkpoint (c2sp.org/tlog-cosignature).
     */
    COSIGNATURE(4);

    private final byte type;

    Kind(int type) {
      this.type = (byte) type;
    }
  }

  private static final int PUBLIC_KEY_BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;
  private static final int KEY_ID_BYTES = 4;

  private final String name;
  private final Kind kind;
  private final byte[] publicKey;
  private final PublicKey key;

  private VerifierKey(String name, Kind kind, byte[] publicKey) {
    this.name = requireKeyName(name);
    this.kind = kind;
    this.publicKey = publicKey;
    this.key = decodePoint(publicKey);
  }

  static VerifierKey of(String name, Kind kind, byte[] publicKey) {
    return new VerifierKey(name, kind, publicKey.clone());
  }

  /** Parses the text form. Throws {@link MalformedException}, also when the key id does not fit. */
  public static VerifierKey parse(String vkey) {
    String[] parts = vkey.split("\\+", 3);
    if (parts.length != 3) {
      throw new MalformedException(
          "a verifier key is name+id+key, found " + StrictText.quote(vkey));
    }
    byte[] typeAndKey = Base64Text.decode(parts[2]);
    if (typeAndKey.length != 1 + PUBLIC_KEY_BYTES) {
      throw new MalformedException("key " + parts[0] + " is not an Ed25519 key");
    }
    byte[] publicKey = Arrays.copyOfRange(typeAndKey, 1, typeAndKey.length);
    VerifierKey key = new VerifierKey(parts[0], kindOf(typeAndKey[0]), publicKey);
    if (!key.keyIdHex().equals(parts[1])) {
      throw new MalformedException(
          "key " + parts[0] + " has id " + key.keyIdHex() + ", its text says " + parts[1]);
    }
    return key;
  }

  private static Kind kindOf(byte type) {
    for (Kind kind : Kind.values()) {
      if (kind.type == type) {
        return kind;
      }
    }
    throw new MalformedException("signature type " + type + " is not one of 1 and 4");
  }

  /** Not empty; no Unicode space, plus sign or control character (c2sp.org/signed-note). */
  static String requireKeyName(String name) {
    boolean plain =
        name.codePoints()
            .noneMatch(c ->
                c == '+'
                    || Character.isSpaceChar(c)
                    || Character.isWhitespace(c)
                    || Character.isISOControl(c));
    if (name.isEmpty() || !plain || !StrictText.hasUtf8Form(name)) {
      throw new MalformedException(
          "a key name has no spaces and no plus sign, found " + StrictText.quote(name));
    }
    return name;
  }

  /** RFC 8032, section 5.1.2: little-endian y, the top bit is the sign of x. */
  private static PublicKey decodePoint(byte[] encoded) {
    byte[] bigEndian = new byte[PUBLIC_KEY_BYTES];
    for (int i = 0; i < PUBLIC_KEY_BYTES; i++) {
      bigEndian[i] = encoded[PUBLIC_KEY_BYTES - 1 - i];
    }
    boolean xIsOdd = (bigEndian[0] & 0x80) != 0;
    bigEndian[0] &= 0x7f;
    EdECPoint point = new EdECPoint(xIsOdd, new BigInteger(1, bigEndian));
    try {
      return KeyFactory.getInstance("Ed25519")
          .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    } catch (GeneralSecurityException e) {
      throw new MalformedException("not an Ed25519 public key");
    }
  }

  public String name() {
    return name;
  }

  public Kind kind() {
    return kind;
  }

  /** The first four bytes of {@code SHA-256(name || LF || type || public key)}. */
  int keyId() {
    return ByteBuffer.wrap(keyIdBytes()).getInt();
  }

  private byte[] keyIdBytes() {
    byte[] namedLine = (name + "\n").getBytes(StandardCharsets.UTF_8);
    return Arrays.copyOf(
        Hash.sha256(namedLine, new byte[] {kind.type}, publicKey).bytes(), KEY_ID_BYTES);
  }

  public String keyIdHex() {
    return HexFormat.of().formatHex(keyIdBytes());
  }

  boolean samePublicKey(VerifierKey other) {
    return Arrays.equals(publicKey, other.publicKey);
  }

  /** The text form, one line without line feed. */
  public String vkey() {
    byte[] typeAndKey = ByteBuffer.allocate(33).put(kind.type).put(publicKey).array();
    return name + "+" + keyIdHex() + "+" + Base64.getEncoder().encodeToString(typeAndKey);
  }

  /** DER SubjectPublicKeyInfo, for {@code openssl pkeyutl -verify -pubin -rawin}. */
  public byte[] spki() {
    return key.getEncoded();
  }

  /**
   * Whether {@code signature} (as in a note line, after the key id) is this key's over the text.
   */
  public boolean verifies(byte[] text, byte[] signature) {
    return switch (kind) {
      case NOTE -> signature.length == SIGNATURE_BYTES && verifiesEd25519(text, signature);
      case COSIGNATURE -> verifiesCosignature(text, signature);
    };
  }

  private boolean verifiesCosignature(byte[] text, byte[] signature) {
    if (signature.length != Long.BYTES + SIGNATURE_BYTES) {
      return false;
    }
    long timestampSeconds = ByteBuffer.wrap(signature).getLong();
    if (timestampSeconds < 0) {
      return false;
    }
    byte[] header =
        ("cosignature/v1\ntime " + timestampSeconds + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] message = ByteBuffer.allocate(header.length + text.length).put(header).put(text).array();
    return verifiesEd25519(message, Arrays.copyOfRange(signature, Long.BYTES, signature.length));
  }

  private boolean verifiesEd25519(byte[] message, byte[] signature) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(message);
      return ed25519.verify(signature);
    } catch (GeneralSecurityException e) {
      // The provider throws instead of answering false when S is out of range.
      return false;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifierKey that && vkey().equals(that.vkey());
  }

  @Override
  public int hashCode() {
    return vkey().hashCode();
  }

  @Override
  public String toString() {
    return vkey();
  }
}
