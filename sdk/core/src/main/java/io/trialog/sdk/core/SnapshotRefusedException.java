package io.trialog.sdk.core;

import org.jspecify.annotations.Nullable;

/** A snapshot that the SDK will not serve, and why (protocol clause 4.3). */
public final class SnapshotRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. The order is the order of the checks of a whole note; deltas come last. */
  public enum Reason {
    /** More than {@link SnapshotReader#MAX_BYTES} bytes. */
    TOO_LARGE,
    /** Not UTF-8. */
    NOT_UTF8,
    /** Not a signed note whose text is one line. */
    NOT_A_NOTE,
    /** No signature by the key of the environment. */
    NOT_SIGNED_BY_KEY,
    /** Signed only by a key that was revoked (protocol clause 12). */
    KEY_REVOKED,
    /** Signed only by a key that a newer one has replaced (protocol clause 12). */
    KEY_RETIRED,
    /** The key's signature is wrong. */
    BAD_SIGNATURE,
    /** This Java runtime cannot check Ed25519 signatures. */
    ED25519_UNAVAILABLE,
    /** Not JSON in canonical form: floats, duplicate keys, white space, unsorted keys. */
    NOT_CANONICAL,
    /** A format this SDK does not know. */
    UNKNOWN_FORMAT,
    /** A member is missing, unknown or of the wrong kind, or breaks a rule of the model. */
    INVALID,
    /** Signed for another environment. */
    OTHER_ENVIRONMENT,
    /** Older than the one being served. */
    OLDER_POSITION,
    /** A delta that has not the form of one, or does not fit its base; before all but the size. */
    BAD_DELTA,
    /** A delta of another snapshot than the one being served; after the form of the delta. */
    UNKNOWN_BASE
  }

  private final Reason reason;

  SnapshotRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  SnapshotRefusedException(Reason reason, @Nullable String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
