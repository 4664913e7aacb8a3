package io.trialog.statistics;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * One arm of an experiment as a guardrail sees it.
 *
 * @param moments of the capped per-subject totals; its n counts all exposed subjects
 * @param withOutcome subjects with at least one outcome of the metric; drives the burn-in
 */
public record Arm(Moments moments, long withOutcome) {
  public Arm {
    Objects.requireNonNull(moments);
    if (withOutcome < 0 || withOutcome > Moments.MAX_SUBJECTS) {
      throw new IllegalArgumentException(
          "withOutcome must be between 0 and 10^12, found " + withOutcome);
    }
  }

  public static Arm of(long n, long withOutcome, BigDecimal s1, BigDecimal s2, BigDecimal s3) {
    return new Arm(Moments.of(n, s1, s2, s3), withOutcome);
  }

  /** An arm of a proportion: {@code events} of {@code n} subjects had the event. */
  public static Arm ofEvents(long n, long events) {
    return new Arm(Moments.ofOnes(n, events), events);
  }

  /** Exposed subjects. */
  public long n() {
    return moments.n();
  }
}
