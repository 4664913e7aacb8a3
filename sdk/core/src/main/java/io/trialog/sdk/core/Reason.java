package io.trialog.sdk.core;

/** Why a variant was answered (protocol clauses 5.1 and 9.8), in the order of evaluation. */
public enum Reason {
  /** There is no snapshot yet: the caller's fallback. */
  NOT_READY,
  /** The snapshot has no such experiment: the caller's fallback. */
  UNKNOWN_EXPERIMENT,
  /** The context has neither the unit nor the fallback unit: control. */
  UNIT_MISSING,
  /** Forced for quality assurance; never an exposure. */
  OVERRIDE,
  /** Every experiment of the environment is stopped: control. */
  GLOBAL_KILL,
  /** The experiment is killed: control. */
  KILLED,
  /** The experiment is paused: control. */
  NOT_RUNNING,
  /** A flag or another experiment did not give what this one asks for: control. */
  PREREQUISITE_FAILED,
  /** The targeting does not admit the context: control. */
  NOT_TARGETED,
  /** The experiment has ended: its winner, for everybody whom it was for. */
  CONCLUDED,
  /** The subject is in a holdout that covers the experiment: control. */
  HELD_OUT,
  /** The subject's slot of an exclusion set is not the experiment's: control. */
  EXCLUDED,
  /** The slot of the subject belongs to the variant: the only reason that makes an exposure. */
  ASSIGNED,
  /** The slot of the subject belongs to no variant: control. */
  NOT_ENROLLED,
  /** Something is broken in the SDK or in the call: the caller's fallback. */
  ERROR
}
