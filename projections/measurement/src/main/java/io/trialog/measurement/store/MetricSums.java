package io.trialog.measurement.store;

import java.math.BigDecimal;

/**
 * Sums over the subjects of a variant in one metric; y is a subject's capped total, u the uncapped.
 *
 * @param withOutcome subjects whose total is not 0
 * @param s1 Σ y
 * @param s2 Σ y²
 * @param s3 Σ y³
 * @param u1 Σ u
 * @param u2 Σ u²
 */
public record MetricSums(
    long withOutcome, BigDecimal s1, BigDecimal s2, BigDecimal s3, BigDecimal u1, BigDecimal u2) {
  /** Nobody had an outcome. */
  public static final MetricSums ZERO =
      new MetricSums(
          0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);
}
