import type { FlagDecision, Reason } from "../evaluate/decision.js";
import type { Flag } from "../snapshot/snapshot.js";

/** OpenFeature's word for why a value was answered (protocol clause 14.4). */
export type StandardReason = "STATIC" | "DEFAULT" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "STALE" | "ERROR";

const EXPERIMENTS: Readonly<Record<Reason, StandardReason>> = {
  ASSIGNED: "SPLIT",
  CONCLUDED: "TARGETING_MATCH",
  OVERRIDE: "STATIC",
  GLOBAL_KILL: "DISABLED",
  KILLED: "DISABLED",
  NOT_RUNNING: "DISABLED",
  PREREQUISITE_FAILED: "DEFAULT",
  NOT_TARGETED: "DEFAULT",
  HELD_OUT: "DEFAULT",
  EXCLUDED: "DEFAULT",
  NOT_ENROLLED: "DEFAULT",
  NOT_READY: "ERROR",
  UNKNOWN_EXPERIMENT: "ERROR",
  UNIT_MISSING: "ERROR",
  ERROR: "ERROR",
};

export function reasonOfExperiment(reason: Reason): StandardReason {
  return EXPERIMENTS[reason];
}

export function reasonOfFlag({ reason, slot }: FlagDecision, { parts }: Flag): StandardReason {
  switch (reason) {
    case "KILLED":
    case "DISABLED":
      return "DISABLED";
    case "PREREQUISITE_FAILED":
      return "DEFAULT";
    case "RULE_MATCH":
      return "TARGETING_MATCH";
    case "DEFAULT":
      if (slot !== undefined) {
        return "SPLIT";
      }
      return parts.rules.length === 0 && parts.prerequisites.length === 0 ? "STATIC" : "DEFAULT";
    default:
      return "ERROR";
  }
}
