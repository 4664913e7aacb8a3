package io.trialog.statistics;

/** Which way a metric should go. */
public enum Direction {
  /** Harm is a fall: sales, conversion. */
  HIGHER_IS_BETTER,
  /** Harm is a rise: errors, refunds. */
  LOWER_IS_BETTER
}
