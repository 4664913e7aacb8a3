package io.trialog.audit.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * A private Ed25519 key that signs notes. Its text form is {@code PRIVATE+KEY+name+<8 hex key
 * id>+<base64(0x01 || 32-byte seed)>}, as the Go tools write it. Immutable; {@link #toString} does
 * not show the secret.
 */
public final class SignerKey {

  private static final String PREFIX = "PRIVATE+KEY+";
  private static final int SEED_BYTES = 32;
  private static final byte NOTE_TYPE = 1;

  private final byte[] seed;
  private final PrivateKey key;
  private final VerifierKey verifierKey;

  private SignerKey(String name, byte[] seed) {
    KeyPair pair = pairOf(seed);
    this.seed = seed;
    this.key = pair.getPrivate();
    byte[] spki = pair.getPublic().getEncoded();
    byte[] publicKey = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    this.verifierKey = VerifierKey.of(name, VerifierKey.Kind.NOTE, publicKey);
  }

  /** A new key. The random source must be fit for keys. */
  public static SignerKey generate(String name, SecureRandom random) {
    byte[] seed = new byte[SEED_BYTES];
    random.nextBytes(seed);
    return new SignerKey(name, seed);
  }

  /**
   * Parses the text form. Throws {@link MalformedException}, whose message never holds the secret.
   */
  public static SignerKey parse(String skey) {
    String[] parts =
        skey.startsWith(PREFIX) ? skey.substring(PREFIX.length()).split("\\+", 3) : null;
    if (parts == null || parts.length != 3) {
      throw new MalformedException("a private key is PRIVATE+KEY+name+id+seed");
    }
    byte[] typeAndSeed = Base64Text.decode(parts[2]);
    if (typeAndSeed.length != 1 + SEED_BYTES || typeAndSeed[0] != NOTE_TYPE) {
      throw new MalformedException("private key " + parts[0] + " is not an Ed25519 seed");
    }
    SignerKey key = new SignerKey(parts[0], Arrays.copyOfRange(typeAndSeed, 1, 1 + SEED_BYTES));
    if (!key.verifierKey.keyIdHex().equals(parts[1])) {
      throw new MalformedException("private key " + parts[0] + " does not fit its key id");
    }
    return key;
  }

  /**
   * The JDK derives a public key only while generating a pair, so the generator is given the seed
   * as its randomness. Doing the curve arithmetic here instead would be 100 lines of our own. The
   * check fails loudly should a provider ever use its randomness in another way.
   */
  private static KeyPair pairOf(byte[] seed) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
      generator.initialize(255, new FixedRandom(seed));
      KeyPair pair = generator.generateKeyPair();
      byte[] used = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      if (!Arrays.equals(used, seed)) {
        throw new IllegalStateException("this JDK does not make Ed25519 keys from the given seed");
      }
      return pair;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("JDK 15 and later have Ed25519", e);
    }
  }

  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] bytes;

    FixedRandom(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void nextBytes(byte[] target) {
      System.arraycopy(bytes, 0, target, 0, target.length);
    }
  }

  public VerifierKey verifierKey() {
    return verifierKey;
  }

  /** The secret, one line without line feed. */
  public String skey() {
    byte[] typeAndSeed = ByteBuffer.allocate(1 + SEED_BYTES).put(NOTE_TYPE).put(seed).array();
    return PREFIX
        + verifierKey.name()
        + "+"
        + verifierKey.keyIdHex()
        + "+"
        + Base64.getEncoder().encodeToString(typeAndSeed);
  }

  /** Signs a text that ends in a line feed; the same text always gives the same note. */
  public Note sign(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(key);
      ed25519.update(bytes);
      return Note.of(text, verifierKey, ed25519.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a checked Ed25519 key signs any text", e);
    }
  }

  @Override
  public String toString() {
    return "SignerKey[" + verifierKey.name() + "]";
  }
}
