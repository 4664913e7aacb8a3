package io.trialog.sdk.core;

/** Why a variant was answered (protocol clause 5.1), in the order of evaluation. */
public enum Reason {
  /** There is no snapshot yet: the caller's fallback. */
  NOT_READY,
  /** The snapshot has no such experiment: the caller's fallback. */
  UNKNOWN_EXPERIMENT,
  /** The context has neither the unit nor the fallback unit: control. */
  UNIT_MISSING,
  /** Forced for quality assurance; never an exposure. */
  OVERRIDE,
  /** The experiment is killed: control. */
  KILLED,
  /** The experiment has ended: its winner, for everybody. */
  CONCLUDED,
  /** The experiment is paused: control. */
  NOT_RUNNING,
  /** A targeting condition does not hold: control. */
  NOT_TARGETED,
  /** The slot of the subject belongs to the variant: the only reason that makes an exposure. */
  ASSIGNED,
  /** The slot of the subject belongs to no variant: control. */
  NOT_ENROLLED,
  /** Something is broken in the SDK or in the call: the caller's fallback. */
  ERROR
}
