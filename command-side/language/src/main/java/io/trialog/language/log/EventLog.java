package io.trialog.language.log;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The log, read in order. Thread-safe; blocking.
 *
 * <p>Order of positions is order of commits: once an event at position p was read, none at a lower
 * position appears any more.
 */
public interface EventLog {
  /** Up to {@code limit} events with a position above {@code after}, in order. */
  List<StoredEvent> read(long after, int limit);

  /** Up to {@code limit} events with a position below {@code position}, the newest first. */
  List<StoredEvent> before(long position, int limit);

  /** The events of one stream, in order; empty when there is none. */
  List<StoredEvent> stream(String stream);

  /** The event at {@code sequence} of the stream. */
  default Optional<StoredEvent> eventAt(String stream, long sequence) {
    return stream(stream).stream().filter(event -> event.sequence() == sequence).findFirst();
  }

  /** The position of the newest event, or 0. */
  long head();

  /**
   * Returns when there may be an event above {@code after}, or when the time is over. An event of
   * this process wakes it at once; those of others are found by polling.
   */
  void await(long after, Duration atMost) throws InterruptedException;
}
