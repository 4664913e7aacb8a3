package io.trialog.sdk.core.note;

/** A note or a key text that cannot be trusted, and why. The message holds no part of the text. */
public final class NoteException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** Not the form of a signed note, or of a key. */
    MALFORMED,
    /** No signature line carries the name and key id of the key that was asked for. */
    NOT_SIGNED_BY_KEY,
    /** A signature line of the key is there, and the signature is wrong. */
    BAD_SIGNATURE,
    /** This Java runtime has no Ed25519 (Java 15 or newer has). */
    ED25519_UNAVAILABLE,
    /** Signed only by keys that were revoked. */
    REVOKED,
    /** Signed only by keys that a newer one has replaced. */
    RETIRED,
    /** A second successor of a key. */
    FORKED
  }

  private final Reason reason;

  NoteException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  NoteException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
