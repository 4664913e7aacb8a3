package io.trialog.statistics;

/** ln Σ exp(x_i) without overflow. */
final class LogSum {
  private LogSum() {}

  static double of(double... logs) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double x : logs) {
      largest = Math.max(largest, x);
    }
    if (Double.isInfinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (double x : logs) {
      sum += StrictMath.exp(x - largest);
    }
    return largest + StrictMath.log(sum);
  }
}
