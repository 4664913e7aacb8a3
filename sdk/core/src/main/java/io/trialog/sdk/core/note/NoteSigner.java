package io.trialog.sdk.core.note;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/**
 * Signs notes with an Ed25519 key, and while keys change with older ones beside it. Immutable; any
 * thread. One key speaks for one environment, and for one purpose; where it makes several kinds of
 * statement, such as a snapshot, the pointer to its file and the name of its successor, no text of
 * one has the form of another.
 */
public final class NoteSigner {
  private static final String PRIVATE_PREFIX = "PRIVATE+KEY+";

  private final byte[] seed;
  private final KeyPair pair;
  private final VerifierKey verifier;
  private final List<NoteSigner> beside;

  private NoteSigner(String name, byte[] seed) throws NoteException {
    this.seed = seed;
    this.pair = Ed25519.keyPair(seed);
    this.verifier = new VerifierKey(name, Ed25519.raw(pair.getPublic()));
    this.beside = List.of();
  }

  private NoteSigner(NoteSigner same, List<NoteSigner> beside) {
    this.seed = same.seed;
    this.pair = same.pair;
    this.verifier = same.verifier;
    this.beside = beside;
  }

  /**
   * A signer that adds the signature line of another after its own. Its {@link #verifierKey} and
   * {@link #privateKey} are still its own.
   *
   * @throws IllegalArgumentException when the other has another name
   */
  public NoteSigner alongside(NoteSigner other) {
    if (!other.verifier.name().equals(verifier.name())) {
      throw new IllegalArgumentException(
          "expected a signer " + verifier.name() + ", found " + other.verifier.name());
    }
    List<NoteSigner> more = new ArrayList<>(beside);
    more.add(other);
    return new NoteSigner(this, Collections.unmodifiableList(more));
  }

  /** Whose signatures a note of this signer has, its own first. */
  public List<VerifierKey> verifierKeys() {
    List<VerifierKey> keys = new ArrayList<>(List.of(verifier));
    beside.forEach(other -> keys.addAll(other.verifierKeys()));
    return keys;
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
    StringBuilder note = new StringBuilder(text.length() + 200).append(text).append('\n');
    appendLines(note, text.getBytes(StandardCharsets.UTF_8));
    return note.toString();
  }

  private void appendLines(StringBuilder note, byte[] text) {
    byte[] signature = Ed25519.sign(pair.getPrivate(), text);
    byte[] line =
        ByteBuffer.allocate(4 + signature.length).putInt(verifier.id()).put(signature).array();
    note.append(SignedNote.SIGNATURE_MARK)
        .append(verifier.name())
        .append(' ')
        .append(Base64.getEncoder().encodeToString(line))
        .append('\n');
    beside.forEach(other -> other.appendLines(note, text));
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
