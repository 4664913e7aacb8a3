package io.trialog.statistics;

/** What a guardrail says at one look. */
public enum GuardrailState {
  /** No statement yet: no inference is possible, or the burn-in is not over. */
  UNDECIDED,
  /** Neither harm nor its absence is shown. */
  WATCH,
  /** The upper bound of harm is below the margin: non-inferiority is shown. */
  SAFE,
  /** Harm beyond the margin is shown and the estimate passes the gate. The caller latches this. */
  KILL
}
