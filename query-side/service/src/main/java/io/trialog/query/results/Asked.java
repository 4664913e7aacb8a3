package io.trialog.query.results;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * When the question was asked and how fresh the sums were then.
 *
 * @param now the time of the question
 * @param caughtUpAt when the store last held everything on the panes topic, as {@code
 *     PanesConsumer.caughtUpAt} says; empty when that never was
 */
public record Asked(Instant now, Optional<Instant> caughtUpAt) {
  public Asked {
    Objects.requireNonNull(now);
    Objects.requireNonNull(caughtUpAt);
  }
}
