package io.trialog.statistics;

/** Gamma and beta functions in logs, and the chi-square tail. Arguments positive; never NaN. */
final class Gamma {
  private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

  /** B_2k / (2k (2k-1)), k = 1..9 (DLMF 5.11.1); at x = 10 the tenth term is below 1e-17. */
  private static final double[] STIRLING = {
    1.0 / 12,
    -1.0 / 360,
    1.0 / 1260,
    -1.0 / 1680,
    1.0 / 1188,
    -691.0 / 360360,
    1.0 / 156,
    -3617.0 / 122400,
    43867.0 / 244188
  };

  /** From here on Stirling's series is used directly. */
  private static final double LARGE = 10;

  /** A bound on the fractions and series below; 10 sqrt(a) terms are enough, a is small here. */
  private static final int MAX_TERMS = 100_000;

  private static final double TINY = 1e-300;

  private Gamma() {}

  /** ln Γ(x), x &gt; 0. Stirling (DLMF 5.11.1) after shifting x above 10 (DLMF 5.5.1). */
  static double log(double x) {
    double shifted = x;
    double product = 1;
    while (shifted < LARGE) {
      product *= shifted;
      shifted += 1;
    }
    return (shifted - 0.5) * StrictMath.log(shifted)
        - shifted
        + HALF_LOG_TWO_PI
        + stirlingCorrection(shifted)
        - StrictMath.log(product);
  }

  /**
   * ln B(a, b), a and b positive. The large terms of the three gammas are cancelled on paper before
   * they are computed (Didonato and Morris 1992, TOMS 708, betaln); their plain difference loses
   * every digit near a = 1e15.
   */
  static double logBeta(double a, double b) {
    double small = Math.min(a, b);
    double large = Math.max(a, b);
    if (large < LARGE) {
      return log(small) + log(large) - log(small + large);
    }
    double ratio = small / large;
    if (small < LARGE) {
      return log(small)
          - (large - 0.5) * StrictMath.log1p(ratio)
          - small * (StrictMath.log(small + large) - 1)
          + stirlingCorrection(large)
          - stirlingCorrection(small + large);
    }
    return HALF_LOG_TWO_PI
        - 0.5 * StrictMath.log(large)
        + stirlingCorrection(small)
        + stirlingCorrection(large)
        - stirlingCorrection(small + large)
        + (small - 0.5) * StrictMath.log(ratio / (1 + ratio))
        - large * StrictMath.log1p(ratio);
  }

  /** P(X &gt; x) of a chi-square variable; 0 when it underflows, 1 for x at or below 0. */
  static double chiSquareTail(double x, int degreesOfFreedom) {
    return x <= 0 ? 1 : upperRegularized(degreesOfFreedom / 2.0, x / 2);
  }

  /** Q(a, x) by the series (DLMF 8.11.4) below the mean, by the fraction (DLMF 8.9.2) above. */
  private static double upperRegularized(double a, double x) {
    double front = StrictMath.exp(a * StrictMath.log(x) - x - log(a));
    return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
  }

  private static double lowerSeries(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (int k = 1; k < MAX_TERMS && term > sum * 1e-17; k++) {
      term *= x / (a + k);
      sum += term;
    }
    return sum;
  }

  /** Modified Lentz evaluation (Thompson and Barnett 1986). */
  private static double upperFraction(double a, double x) {
    double b = x + 1 - a;
    double c = 1 / TINY;
    double d = 1 / b;
    double value = d;
    for (int k = 1; k < MAX_TERMS; k++) {
      double numerator = -k * (k - a);
      b += 2;
      d = 1 / awayFromZero(numerator * d + b);
      c = awayFromZero(b + numerator / c);
      value *= c * d;
      if (Math.abs(c * d - 1) < 1e-16) {
        break;
      }
    }
    return value;
  }

  static double awayFromZero(double x) {
    return Math.abs(x) < TINY ? TINY : x;
  }

  private static double stirlingCorrection(double x) {
    double inverseSquare = 1 / (x * x);
    double sum = 0;
    for (int k = STIRLING.length - 1; k >= 0; k--) {
      sum = sum * inverseSquare + STIRLING[k];
    }
    return sum / x;
  }
}
