package io.trialog.statistics;

/** What a subject's total of a metric can be. */
public enum MetricKind {
  /** A number per subject, capped; 0 without an outcome. */
  MEAN,
  /** Whether the subject had the event at all: 0 or 1. */
  PROPORTION
}
