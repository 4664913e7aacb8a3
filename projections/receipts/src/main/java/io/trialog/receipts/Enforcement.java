package io.trialog.receipts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a kill has come.
 *
 * @param expected clients that were there when it was killed and have not closed without it
 * @param enforcing how many of them enforce it
 * @param since clients that spoke first after the kill, are there now, and enforce it
 * @param delays absent as long as nobody enforces it
 * @param missing of those that do not enforce it the ones that spoke last, at most {@value
 *     #MISSING_LIMIT}
 */
public record Enforcement(
    long expected, long enforcing, long since, Optional<Delays> delays, List<Missing> missing) {
  static final int MISSING_LIMIT = 100;

  /**
   * From the event's time to the time of enforcement, of the clients that were expected.
   * Percentiles are nearest ranks: the smallest delay that so many of the clients did not exceed.
   * Each is an upper bound, by the way of the message that told it; a negative one, of clocks that
   * differ, is 0.
   */
  public record Delays(Duration p50, Duration p99, Duration longest) {}

  /**
   * A client that does not enforce it, as far as it has said.
   *
   * @param position what it enforced when it spoke last; absent when it was forgotten
   */
  public record Missing(String client, String sdk, Instant lastSeen, Optional<Long> position) {}

  public Enforcement {
    missing = List.copyOf(missing);
  }

  /** How many do not enforce it. */
  public long missingCount() {
    return expected - enforcing;
  }
}
