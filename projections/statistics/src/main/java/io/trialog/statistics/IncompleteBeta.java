package io.trialog.statistics;

/** The regularised incomplete beta function I_x(a, b), in logs so that both tails keep digits. */
final class IncompleteBeta {
  /**
   * The fraction converges in about sqrt(max(a, b)) steps next to the mean and faster elsewhere.
   * This bound can be reached only beyond 1e11 events, and costs correct digits there.
   */
  static final int MAX_STEPS = 400_000;

  private IncompleteBeta() {}

  /**
   * ln I_x(a, b).
   *
   * @param y 1 − x, given by the caller because 1 − x computed here would lose a small y
   */
  static double log(double a, double b, double x, double y) {
    if (x <= 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (y <= 0) {
      return 0;
    }
    return x * (a + b + 2) <= a + 1
        ? logBelowMean(a, b, x, y)
        : StrictMath.log1p(-Math.min(1, StrictMath.exp(logBelowMean(b, a, y, x))));
  }

  /** ln(1 − I_x(a, b)) = ln I_{1−x}(b, a) (DLMF 8.17.4). */
  static double logComplement(double a, double b, double x, double y) {
    return log(b, a, y, x);
  }

  private static double logBelowMean(double a, double b, double x, double y) {
    return a * logOf(x, y)
        + b * logOf(y, x)
        - Gamma.logBeta(a, b)
        - StrictMath.log(a)
        + StrictMath.log(fraction(a, b, x));
  }

  /** ln p from p or from 1 − p, whichever has the digits. */
  private static double logOf(double p, double complement) {
    return p < 0.5 ? StrictMath.log(p) : StrictMath.log1p(-complement);
  }

  /** DLMF 8.17.22 by modified Lentz (Thompson and Barnett 1986). */
  private static double fraction(double a, double b, double x) {
    double c = 1;
    double d = 1 / Gamma.awayFromZero(1 - (a + b) * x / (a + 1));
    double value = d;
    for (int m = 1; m <= MAX_STEPS; m++) {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / Gamma.awayFromZero(1 + even * d);
      c = Gamma.awayFromZero(1 + even / c);
      value *= c * d;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / Gamma.awayFromZero(1 + odd * d);
      c = Gamma.awayFromZero(1 + odd / c);
      value *= c * d;
      if (Math.abs(c * d - 1) < 3e-16) {
        break;
      }
    }
    return value;
  }
}
