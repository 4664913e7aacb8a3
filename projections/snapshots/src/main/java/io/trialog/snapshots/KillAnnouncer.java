package io.trialog.snapshots;

import io.trialog.language.log.RecordedEvent;
import java.util.List;

/**
 * Tells of each kill with the snapshot that enforces it: the source of the kill-switch topic. Kills
 * are those of experiments, of flags and of all experiments of an environment. What takes a kill
 * back is told under the same key, so that a reader of the compacted topic is not stopped by the
 * past.
 *
 * <p>A projection of its own, so that a topic that is away delays neither the snapshots nor a later
 * kill's snapshot: when the listener throws, the follower calls again with the same kill, with
 * back-off. So a kill is announced at least once and in order; after a restart those above {@code
 * announceAbove} are announced again.
 */
public final class KillAnnouncer implements Projection {
  /**
   * A kill, or its end, and its snapshot.
   *
   * @param key an experiment's key, {@code flag/key}, or {@code environment/key} for all
   *     experiments of one
   * @param stops whether it is a kill
   */
  public record Notice(
      String key, boolean stops, RecordedEvent recorded, PublishedSnapshot snapshot) {
    /** Place of the event, and version of its snapshot. */
    public long position() {
      return recorded.position();
    }
  }

  /** Where kills go. Must be idempotent, and bounded in time: it holds up the follower's thread. */
  @FunctionalInterface
  public interface Listener {
    /** Returns once the kill, or its end, is safe; throws to be called again. */
    void killed(Notice notice);
  }

  private final SnapshotKeys keys;
  private final long announceAbove;
  private final Listener listener;
  private volatile Directory directory = Directory.EMPTY;

  /**
   * An announcer that has announced nothing yet.
   *
   * @param announceAbove kills up to this position are known to be announced; 0 for all again,
   *     which a compacted topic and SDKs that refuse older snapshots bear well
   */
  public KillAnnouncer(SnapshotKeys keys, long announceAbove, Listener listener) {
    this.keys = keys;
    this.announceAbove = announceAbove;
    this.listener = listener;
  }

  @Override
  public String name() {
    return "kill-switch";
  }

  @Override
  public long position() {
    return directory.position();
  }

  @Override
  public void apply(List<Positioned> batch) {
    for (Positioned event : batch) {
      Stop stop = Stop.of(directory, event.recorded().event());
      Directory next = directory.apply(event.recorded());
      if (stop != null && event.position() > announceAbove) {
        announce(next, event.recorded(), stop);
      }
      directory = next;
    }
  }

  private void announce(Directory state, RecordedEvent recorded, Stop stop) {
    PublishedSnapshot snapshot =
        Snapshots.sign(state, stop.environment(), keys.signer(stop.environment()));
    listener.killed(new Notice(stop.key(), stop.begins(), recorded, snapshot));
  }
}
