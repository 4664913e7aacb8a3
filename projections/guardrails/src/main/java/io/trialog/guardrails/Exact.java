package io.trialog.guardrails;

import java.math.BigDecimal;

/** Decimals that stand for doubles without loss. */
final class Exact {
  private Exact() {}

  /** The shortest decimal whose {@code doubleValue()} is {@code value}, which is finite. */
  static BigDecimal decimal(double value) {
    return plain(new BigDecimal(Double.toString(value)));
  }

  /** The same number as JSON will give it back: no trailing zeros, no positive exponent. */
  static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}
