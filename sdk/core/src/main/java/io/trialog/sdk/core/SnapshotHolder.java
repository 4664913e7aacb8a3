package io.trialog.sdk.core;

import io.trialog.sdk.core.SnapshotRefusedException.Reason;
import io.trialog.sdk.core.note.VerifierKey;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot that is being served, replaced only by newer ones that pass every check (protocol
 * clause 4.3). Reading is one volatile load; offering may come from any thread, one at a time.
 */
public final class SnapshotHolder {
  /** What became of an offer. */
  public enum Offer {
    /** Newer: it is served from now on. */
    ACCEPTED,
    /** The position that is already served: nothing changes. */
    UNCHANGED
  }

  private final String environment;
  private final VerifierKey key;
  private final Map<Reason, Long> refusals = new EnumMap<>(Reason.class);
  private volatile @Nullable Snapshot current;

  /** A holder without a snapshot. */
  public SnapshotHolder(String environment, VerifierKey key) {
    this.environment = Keys.environment(environment);
    this.key = key;
  }

  /** The snapshot to evaluate on; null until one was accepted. */
  public @Nullable Snapshot current() {
    return current;
  }

  /**
   * Offers the bytes of a signed note. A refused one is counted, and the one before stays.
   *
   * @throws SnapshotRefusedException with the first check that failed
   */
  public synchronized Offer offer(byte[] note) throws SnapshotRefusedException {
    try {
      return replace(SnapshotReader.open(note, key, environment));
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  /**
   * Offers what was kept; true when it is served from now on. That it is older than what is served
   * is ordinary here, and no refusal.
   *
   * @throws SnapshotRefusedException with the first other check that failed
   */
  public synchronized boolean restore(byte[] note) throws SnapshotRefusedException {
    try {
      Snapshot kept = SnapshotReader.open(note, key, environment);
      Snapshot served = current;
      return (served == null || kept.position() > served.position())
          && replace(kept) == Offer.ACCEPTED;
    } catch (SnapshotRefusedException e) {
      refusals.merge(e.reason(), 1L, Long::sum);
      throw e;
    }
  }

  private Offer replace(Snapshot offered) throws SnapshotRefusedException {
    Snapshot served = current;
    if (served != null && offered.position() < served.position()) {
      throw new SnapshotRefusedException(
          Reason.OLDER_POSITION,
          "expected a position of at least " + served.position() + ", found " + offered.position());
    }
    if (served != null && offered.position() == served.position()) {
      return Offer.UNCHANGED;
    }
    current = offered;
    return Offer.ACCEPTED;
  }

  /** How many offers were refused, by reason; a copy. */
  public synchronized Map<Reason, Long> refusals() {
    return new EnumMap<>(refusals);
  }
}
