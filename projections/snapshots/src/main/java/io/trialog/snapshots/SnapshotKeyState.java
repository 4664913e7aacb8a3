package io.trialog.snapshots;

import io.trialog.sdk.core.note.VerifierKey;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a snapshot key stands.
 *
 * @param from when it begins to sign; absent for the first key of an environment
 * @param until when it ends to sign; absent for the newest
 */
public record SnapshotKeyState(
    VerifierKey key, State state, @Nullable Instant from, @Nullable Instant until) {
  /** The word for it is the name in lower case. */
  public enum State {
    /** A successor that does not sign yet. */
    ANNOUNCED,
    /** The newest one that signs. */
    ACTIVE,
    /** Signs beside its successor until a set time. */
    RETIRING,
    /** Has a successor and signs no more. */
    RETIRED,
    /** Must not be trusted. */
    REVOKED
  }
}
