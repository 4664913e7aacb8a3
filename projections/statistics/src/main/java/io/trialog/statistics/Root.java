package io.trialog.statistics;

import java.util.function.DoubleUnaryOperator;

/** The zero of an increasing function, by bisection: slow, but it cannot fail to converge. */
final class Root {
  private static final int MAX_HALVINGS = 200;
  private static final double RELATIVE_WIDTH = 1e-14;

  private Root() {}

  /** An end of the bracket is returned when the function has no sign change inside it. */
  static double between(double low, double high, DoubleUnaryOperator increasing) {
    double from = low;
    double to = high;
    for (int i = 0; i < MAX_HALVINGS && to - from > RELATIVE_WIDTH * Math.abs(to); i++) {
      double middle = from + (to - from) / 2;
      if (increasing.applyAsDouble(middle) < 0) {
        from = middle;
      } else {
        to = middle;
      }
    }
    return from + (to - from) / 2;
  }
}
