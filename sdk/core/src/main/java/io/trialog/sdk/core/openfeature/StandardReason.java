package io.trialog.sdk.core.openfeature;

import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Reason;
import org.jspecify.annotations.Nullable;

/** OpenFeature's word for why a value was answered (protocol clause 14.4). */
public enum StandardReason {
  /** Everybody gets this value: a flag without rules, prerequisites and split; an override. */
  STATIC,
  /** The value that is given when nothing is for this context. */
  DEFAULT,
  /** A rule is for this context, or a concluded experiment was. */
  TARGETING_MATCH,
  /** A slot decided. */
  SPLIT,
  /** Somebody stopped it. */
  DISABLED,
  /** The answer of an SDK that hears nothing of the platform; it may be old. */
  STALE,
  /** No value: the code's default. */
  ERROR;

  /** The reason of an experiment's decision. */
  public static StandardReason of(Reason reason) {
    switch (reason) {
      case ASSIGNED:
        return SPLIT;
      case CONCLUDED:
        return TARGETING_MATCH;
      case OVERRIDE:
        return STATIC;
      case GLOBAL_KILL:
      case KILLED:
      case NOT_RUNNING:
        return DISABLED;
      case PREREQUISITE_FAILED:
      case NOT_TARGETED:
      case HELD_OUT:
      case EXCLUDED:
      case NOT_ENROLLED:
        return DEFAULT;
      case NOT_READY:
      case UNKNOWN_EXPERIMENT:
      case UNIT_MISSING:
      case ERROR:
        return ERROR;
    }
    throw new IllegalArgumentException("no word for " + reason);
  }

  /**
   * The reason of a flag's decision.
   *
   * @param flag as the snapshot has it; null when it has none
   */
  public static StandardReason of(FlagDecision decision, @Nullable Flag flag) {
    switch (decision.reason()) {
      case KILLED:
      case DISABLED:
        return DISABLED;
      case PREREQUISITE_FAILED:
        return DEFAULT;
      case RULE_MATCH:
        return TARGETING_MATCH;
      case DEFAULT:
        return decision.slot().isPresent() ? SPLIT : unsplit(flag);
      case NOT_READY:
      case UNKNOWN_FLAG:
      case UNIT_MISSING:
      case ERROR:
        return ERROR;
    }
    throw new IllegalArgumentException("no word for " + decision.reason());
  }

  private static StandardReason unsplit(@Nullable Flag flag) {
    return flag != null && flag.rules().isEmpty() && flag.prerequisites().isEmpty()
        ? STATIC
        : DEFAULT;
  }
}
