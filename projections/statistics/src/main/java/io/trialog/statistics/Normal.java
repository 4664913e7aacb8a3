package io.trialog.statistics;

/**
 * The standard normal distribution with full relative accuracy in the tails.
 *
 * <p>Marsaglia's series (J. Stat. Software 11(4), 2004) near 0, the continued fraction of the Mills
 * ratio (Abramowitz and Stegun 26.2.14) further out. Never 1 − cdf: that is exactly 0 above z =
 * 8.3, where guardrails still have to tell evidence apart.
 */
final class Normal {
  private static final double LOG_SQRT_TWO_PI = 0.9189385332046728;
  private static final double TAIL_FROM = 2.5;
  private static final int MAX_SERIES_TERMS = 100;
  private static final int FRACTION_TERMS = 60;
  private static final int MAX_NEWTON_STEPS = 100;

  private Normal() {}

  static double logDensity(double z) {
    return -z * z / 2 - LOG_SQRT_TWO_PI;
  }

  /** ln Φ(z). */
  static double logCdf(double z) {
    if (z < -TAIL_FROM) {
      return logDensity(z) - StrictMath.log(inverseMillsRatio(-z));
    }
    return z > TAIL_FROM
        ? StrictMath.log1p(-StrictMath.exp(logCdf(-z)))
        : StrictMath.log(0.5 + centralArea(z));
  }

  static double cdf(double z) {
    return StrictMath.exp(logCdf(z));
  }

  /**
   * The z with P(Z &gt; z) = tail.
   *
   * @param tail in (0, 1)
   */
  static double upperQuantile(double tail) {
    return tail > 0.5 ? -positiveQuantile(1 - tail) : positiveQuantile(tail);
  }

  /**
   * Newton on ln Φ(−z) = ln tail. The start sqrt(−2 ln tail) lies beyond the root, because P(Z &gt;
   * z) ≤ exp(−z²/2)/2, and ln Φ is concave: the steps approach the root from one side only.
   */
  private static double positiveQuantile(double tail) {
    double target = StrictMath.log(tail);
    double z = StrictMath.sqrt(-2 * target);
    for (int step = 0; step < MAX_NEWTON_STEPS; step++) {
      double logTail = logCdf(-z);
      double change = (target - logTail) / StrictMath.exp(logDensity(z) - logTail);
      z -= change;
      if (Math.abs(change) <= 1e-15 * Math.max(1, z)) {
        break;
      }
    }
    return z;
  }

  /** Φ(z) − 1/2 = φ(z) Σ z^(2k+1) / (2k+1)!!. */
  private static double centralArea(double z) {
    double term = z;
    double sum = z;
    for (int k = 1; k < MAX_SERIES_TERMS && Math.abs(term) > Math.abs(sum) * 1e-17; k++) {
      term *= z * z / (2 * k + 1);
      sum += term;
    }
    return sum * StrictMath.exp(logDensity(z));
  }

  /** φ(z) / P(Z &gt; z) for z above 2.5, where 60 terms leave less than 1e-16. */
  private static double inverseMillsRatio(double z) {
    double value = z;
    for (int k = FRACTION_TERMS; k >= 1; k--) {
      value = z + k / value;
    }
    return value;
  }
}
