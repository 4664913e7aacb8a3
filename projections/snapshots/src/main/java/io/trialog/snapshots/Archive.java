package io.trialog.snapshots;

import io.trialog.language.log.EventLog;
import java.time.Instant;
import java.util.Optional;

/**
 * Signed snapshots of the past: the text that was served at a place of the log, byte for byte, with
 * the signatures of today's keys. Thread-safe; blocking: it reads the log.
 */
public final class Archive {
  private final EventLog log;
  private final History history;
  private final SnapshotKeys keys;

  /**
   * An archive of one log.
   *
   * @param history of this log
   */
  public Archive(EventLog log, History history, SnapshotKeys keys) {
    this.log = log;
    this.history = history;
    this.keys = keys;
  }

  /**
   * What an environment served after the events up to and with this position; empty when it did not
   * exist yet. It never changes for a position of at most {@link #head}.
   */
  public Optional<PublishedSnapshot> at(String environment, long position) {
    return signed(environment, history.atPosition(position));
  }

  /**
   * What an environment served at this instant, as {@link History#at(Instant)} tells it; empty when
   * it did not exist yet.
   */
  public Optional<PublishedSnapshot> at(String environment, Instant instant) {
    return signed(environment, history.at(instant));
  }

  /**
   * Whether an answer to an instant can no longer change: the log has gone on since, and it did so
   * after the instant.
   */
  public boolean isSettled(PublishedSnapshot answer) {
    return head() > answer.position();
  }

  /** The last position there is. */
  public long head() {
    return log.head();
  }

  private Optional<PublishedSnapshot> signed(String environment, Directory then) {
    return SnapshotPublisher.isServed(then, environment)
        ? Optional.of(Snapshots.sign(then, environment, keys.signer(environment)))
        : Optional.empty();
  }
}
