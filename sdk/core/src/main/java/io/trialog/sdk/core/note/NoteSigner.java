package io.trialog.sdk.core.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signs notes with an Ed25519 key. Immutable; any thread. One key speaks for one environment, and
 * for one purpose; where it makes two kinds of statement, such as a snapshot and the pointer to its
 * file, no text of the one has the form of the other.
 */
public final class NoteSigner {
  private static final String PRIVATE_PREFIX = "PRIVATE+KEY+";

  private final byte[] seed;
  private final KeyPair pair;
  private final VerifierKey verifier;

  private NoteSigner(String name, byte[] seed) throws NoteException {
    this.seed = seed;
    this.pair = Ed25519.keyPair(seed);
    this.verifier = new VerifierKey(name, Ed25519.raw(pair.getPublic()));
  }

  /**
   * A signer with a new random key.
   *
   * @param name for snapshots {@code trialog/<environment>}
   * @throws NoteException MALFORMED name, or ED25519_UNAVAILABLE
   */
  public static NoteSigner generate(String name) throws NoteException {
    return new NoteSigner(name, Ed25519.newSeed());
  }

  /**
   * A signer from its stored key, {@code PRIVATE+KEY+<name>+<8 hex key id>+<base64(0x01 || seed)>},
   * the form of Go's {@code note} package.
   *
   * @throws NoteException MALFORMED, also when the key id is not the one of name and key
   */
  public static NoteSigner parse(String privateKey) throws NoteException {
    String[] parts = privateKey.split("\\+", 5);
    if (parts.length != 5 || !privateKey.startsWith(PRIVATE_PREFIX)) {
      throw malformed("expected PRIVATE+KEY+name+id+key");
    }
    byte[] typed = VerifierKey.base64(parts[4]);
    if (typed.length != 1 + Ed25519.SEED_BYTES || typed[0] != 0x01) {
      throw malformed("expected an Ed25519 seed of 33 bytes with its type");
    }
    NoteSigner signer = new NoteSigner(parts[2], Arrays.copyOfRange(typed, 1, typed.length));
    if (!signer.verifier.idText().equals(parts[3])) {
      throw malformed("the key id is not the one of name and key");
    }
    return signer;
  }

  /** The private key as text: a secret, to be stored where only the publisher reads. */
  public String privateKey() {
    return PRIVATE_PREFIX
        + verifier.name()
        + "+"
        + verifier.idText()
        + "+"
        + VerifierKey.typed(seed);
  }

  /** The public key that readers need. */
  public VerifierKey verifierKey() {
    return verifier;
  }

  /**
   * The note of a text. Ed25519 is deterministic: same key, same text, same note.
   *
   * @param text must end in a newline, and hold no other control character
   * @throws IllegalArgumentException for another text
   */
  public String sign(String text) {
    if (!SignedNote.isText(text)) {
      throw new IllegalArgumentException("a note's text ends in a newline and has no controls");
    }
    byte[] signature = Ed25519.sign(pair.getPrivate(), text.getBytes(StandardCharsets.UTF_8));
    byte[] line =
        ByteBuffer.allocate(4 + signature.length).putInt(verifier.id()).put(signature).array();
    String base64 = Base64.getEncoder().encodeToString(line);
    return text + "\n" + SignedNote.SIGNATURE_MARK + verifier.name() + " " + base64 + "\n";
  }

  private static NoteException malformed(String message) {
    return new NoteException(NoteException.Reason.MALFORMED, message);
  }

  /** Names the key, without the secret. */
  @Override
  public String toString() {
    return "NoteSigner[" + verifier + "]";
  }
}
