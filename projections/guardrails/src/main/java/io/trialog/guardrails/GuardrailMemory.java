package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is remembered of one guardrail from look to look.
 *
 * @param maxLogE highest ln E of the looks that counted; absent before the first
 * @param crossedAt when ln E was first seen at the boundary, to the millisecond
 * @param frozenSd the standard deviation of the plan, when it was taken from live data
 * @param verdict id of the verdict, once given; never taken back
 * @param lastReport absent before the first
 */
public record GuardrailMemory(
    OptionalDouble maxLogE,
    Optional<Instant> crossedAt,
    Optional<BigDecimal> frozenSd,
    Optional<String> verdict,
    Optional<LastReport> lastReport) {
  /** Before the first look. */
  public static final GuardrailMemory EMPTY =
      new GuardrailMemory(
          OptionalDouble.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public GuardrailMemory {
    Objects.requireNonNull(maxLogE);
    Objects.requireNonNull(crossedAt);
    Objects.requireNonNull(frozenSd);
    Objects.requireNonNull(verdict);
    Objects.requireNonNull(lastReport);
  }

  /** After one more look; whether it gives a verdict is said by {@link #withVerdict}. */
  GuardrailMemory after(GuardrailLook look, Instant now) {
    if (!look.counts()) {
      return this;
    }
    double logE = look.countedLogE().orElseThrow();
    boolean freezes = look.sdSource() == SdSource.FROZEN_FROM_LIVE_DATA && frozenSd.isEmpty();
    boolean crosses = look.isAtBoundary() && crossedAt.isEmpty();
    return new GuardrailMemory(
        OptionalDouble.of(maxLogE.isPresent() ? Math.max(maxLogE.getAsDouble(), logE) : logE),
        crosses ? Optional.of(now.truncatedTo(ChronoUnit.MILLIS)) : crossedAt,
        freezes ? look.sd() : frozenSd,
        verdict,
        lastReport);
  }

  GuardrailMemory withVerdict(String id) {
    return new GuardrailMemory(maxLogE, crossedAt, frozenSd, Optional.of(id), lastReport);
  }

  GuardrailMemory reported(GuardrailReport report) {
    LastReport next =
        lastReport.map(last -> last.followedBy(report)).orElseGet(() -> LastReport.first(report));
    return new GuardrailMemory(maxLogE, crossedAt, frozenSd, verdict, Optional.of(next));
  }
}
