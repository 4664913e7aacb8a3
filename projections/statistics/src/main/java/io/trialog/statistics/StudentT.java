package io.trialog.statistics;

/** Student's t: tail and quantile. */
final class StudentT {
  private static final double LOG_HALF = StrictMath.log(0.5);
  private static final int MAX_DOUBLINGS = 1000;

  private StudentT() {}

  /** ln P(T &gt; t), t ≥ 0 (Abramowitz and Stegun 26.7.1 with DLMF 8.17). */
  static double logUpperTail(double t, double degreesOfFreedom) {
    double whole = degreesOfFreedom + t * t;
    return LOG_HALF
        + IncompleteBeta.log(degreesOfFreedom / 2, 0.5, degreesOfFreedom / whole, t * t / whole);
  }

  /**
   * The t with P(T &gt; t) = tail, to 11 digits; 8 at a billion degrees of freedom.
   *
   * @param tail in (0, 0.5)
   * @param degreesOfFreedom positive, not necessarily whole
   */
  static double upperQuantile(double tail, double degreesOfFreedom) {
    double target = StrictMath.log(tail);
    double low = Normal.upperQuantile(tail); // t has the heavier tail
    double high = Math.max(1, low);
    for (int i = 0; i < MAX_DOUBLINGS && logUpperTail(high, degreesOfFreedom) > target; i++) {
      high *= 2;
    }
    return Root.between(low, high, t -> target - logUpperTail(t, degreesOfFreedom));
  }
}
