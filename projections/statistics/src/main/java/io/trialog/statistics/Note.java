package io.trialog.statistics;

/** Why a number is absent, or with which reserve it is shown. */
public enum Note {
  /** Nothing to add. */
  NONE("none"),
  /** An arm has no subject. */
  EMPTY_ARM("empty_arm"),
  /** An arm has a single subject, so it has no variance. */
  TOO_FEW_SUBJECTS("too_few_subjects"),
  /** All subjects of an arm (of both arms, for a guardrail) have the same value. */
  ZERO_VARIANCE("zero_variance"),
  /** The control mean is 0 or negative: a relative difference means nothing. */
  BASELINE_NOT_POSITIVE("baseline_not_positive"),
  /** The control mean is not distinguishable from 0: the relative interval is unbounded. */
  BASELINE_TOO_UNCERTAIN("baseline_too_uncertain"),
  /** No set of subjects has these sums; usually a part of the stream has not arrived yet. */
  INCONSISTENT_SUMS("inconsistent_sums"),
  /** Fewer than 355·skewness² subjects in an arm (STATS 3, Kohavi et al. 2014): doubtful. */
  NOT_ENOUGH_DATA("not_enough_data"),
  /** Too few subjects with an outcome to trust the normal approximation (STATS 4.2). */
  BURN_IN("burn_in"),
  /** No subject with an event in either arm. */
  NO_EVENTS("no_events"),
  /** The evidence reaches the boundary, but the harm is smaller than the plan's gate. */
  HARM_BELOW_GATE("harm_below_gate");

  private final String code;

  Note(String code) {
    this.code = code;
  }

  /** The stable snake_case name for JSON. */
  public String code() {
    return code;
  }
}
