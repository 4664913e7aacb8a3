package io.trialog.sdk.core;

/** Why a flag gave its variant (protocol clause 9.13), in the order of evaluation. */
public enum FlagReason {
  /** There is no snapshot yet: the caller's fallback. */
  NOT_READY,
  /** The snapshot has no such flag: the caller's fallback. */
  UNKNOWN_FLAG,
  /** The flag is killed: its off variant. */
  KILLED,
  /** The flag is not enabled: its off variant. */
  DISABLED,
  /** A prerequisite is not met: its off variant. */
  PREREQUISITE_FAILED,
  /** A slot is needed and the context has no unit to take it from: the off variant. */
  UNIT_MISSING,
  /** The rollout of the first rule that is for this context. */
  RULE_MATCH,
  /** No rule is for this context: the default rollout. */
  DEFAULT,
  /** Something is broken in the SDK or in the call: the caller's fallback. */
  ERROR
}
