package io.trialog.sdk.core.note;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * Ed25519 by name, so that the class compiles and loads on Java 11, whose library lacks it. Raw
 * 32-byte keys become SubjectPublicKeyInfo by the fixed prefix of RFC 8410.
 */
final class Ed25519 {
  static final int PUBLIC_KEY_BYTES = 32;
  static final int SEED_BYTES = 32;
  static final int SIGNATURE_BYTES = 64;

  private static final String NAME = "Ed25519";
  private static final byte[] SPKI_PREFIX = {
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
  };

  private Ed25519() {}

  static PublicKey publicKey(byte[] raw) throws NoteException {
    byte[] spki = Arrays.copyOf(SPKI_PREFIX, SPKI_PREFIX.length + PUBLIC_KEY_BYTES);
    System.arraycopy(raw, 0, spki, SPKI_PREFIX.length, PUBLIC_KEY_BYTES);
    try {
      return KeyFactory.getInstance(NAME).generatePublic(new X509EncodedKeySpec(spki));
    } catch (NoSuchAlgorithmException e) {
      throw unavailable(e);
    } catch (GeneralSecurityException e) {
      throw new NoteException(
          NoteException.Reason.MALFORMED, "expected 32 bytes of an Ed25519 public key", e);
    }
  }

  static byte[] raw(PublicKey key) {
    byte[] spki = key.getEncoded();
    return Arrays.copyOfRange(spki, spki.length - PUBLIC_KEY_BYTES, spki.length);
  }

  /** False for a wrong signature, whatever is wrong about it. */
  static boolean verifies(PublicKey key, byte[] text, byte[] signature) throws NoteException {
    try {
      Signature verifier = Signature.getInstance(NAME);
      verifier.initVerify(key);
      verifier.update(text);
      return verifier.verify(signature);
    } catch (NoSuchAlgorithmException e) {
      throw unavailable(e);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new NoteException(NoteException.Reason.MALFORMED, "the public key is not usable", e);
    }
  }

  static byte[] sign(PrivateKey key, byte[] text) {
    try {
      Signature signer = Signature.getInstance(NAME);
      signer.initSign(key);
      signer.update(text);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign with Ed25519", e);
    }
  }

  static byte[] newSeed() {
    byte[] seed = new byte[SEED_BYTES];
    new SecureRandom().nextBytes(seed);
    return seed;
  }

  /**
   * The key pair of a seed (RFC 8032). The library has no call for it, but its generator takes
   * exactly its 32 random bytes as the seed; the key text stores the key id, so a generator that
   * did otherwise would be noticed.
   */
  static KeyPair keyPair(byte[] seed) throws NoteException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(NAME);
      generator.initialize(255, new FixedRandom(seed));
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw unavailable(e);
    }
  }

  private static NoteException unavailable(NoSuchAlgorithmException e) {
    return new NoteException(
        NoteException.Reason.ED25519_UNAVAILABLE,
        "this Java runtime has no Ed25519; Java 15 or newer has",
        e);
  }

  private static final class FixedRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    FixedRandom(byte[] seed) {
      this.seed = seed.clone();
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (bytes.length != seed.length) {
        throw new IllegalStateException("expected a generator that draws 32 bytes");
      }
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
