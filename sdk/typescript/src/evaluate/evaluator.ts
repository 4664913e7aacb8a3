/**
 * Decides which variant a subject sees (protocol clauses 5 and 9). Pure functions of snapshot,
 * context and overrides: no clock, no network, no waiting, and nothing is thrown.
 */

import type { Experiment, Flag, FlagValue, Prerequisite, Snapshot } from "../snapshot/snapshot.js";
import { subjectIn, subjectOf, type Context } from "./context.js";
import { Decision, type FlagDecision, type FlagReason, type Reason } from "./decision.js";
import { Overrides } from "./overrides.js";

/** Answered when the caller hands over no text as fallback. */
const LAST_RESORT = "control";

/** What prerequisites were given within one evaluation; undefined until it is worth remembering. */
type Given = Map<Experiment | Flag, string | undefined> | undefined;

/**
 * The decision for one experiment.
 *
 * @param snapshot undefined as long as there is none: NOT_READY
 * @param fallback the variant to answer when the experiment is unknown; for a known one every
 *   answer that assigns nobody is the experiment's control
 */
export function evaluate(
  snapshot: Snapshot | undefined,
  experiment: string,
  context: Context,
  fallback: string,
  overrides: Overrides = Overrides.none,
): Decision {
  try {
    return decide(snapshot, checked(experiment), context, checked(fallback), overrides);
  } catch {
    // Only arguments of a wrong type and our own defects come here; the page must still render.
    const answer = typeof fallback === "string" ? fallback : LAST_RESORT;
    return Decision.fallback(snapshot, shown(experiment), answer, "ERROR");
  }
}

function checked(text: string): string {
  if (typeof text !== "string") {
    throw new TypeError("expected a text");
  }
  return text;
}

/** A flag may decide without looking at the context; a call without one is wrong all the same. */
function given(context: Context): Context {
  if (context === null || typeof context !== "object") {
    throw new TypeError("expected a context");
  }
  return context;
}

function shown(key: unknown): string {
  return typeof key === "string" ? key : typeof key;
}

function decide(
  snapshot: Snapshot | undefined,
  key: string,
  context: Context,
  fallback: string,
  overrides: Overrides,
): Decision {
  if (snapshot === undefined) {
    return Decision.fallback(undefined, key, fallback, "NOT_READY");
  }
  const experiment = snapshot.experiments.get(key);
  if (experiment === undefined) {
    return Decision.fallback(snapshot, key, fallback, "UNKNOWN_EXPERIMENT");
  }
  const { parts } = experiment;
  let unit = parts.unit;
  let subject = subjectOf(context, unit);
  if (subject === undefined && parts.fallbackUnit !== undefined) {
    unit = parts.fallbackUnit;
    subject = subjectOf(context, unit);
  }
  if (subject === undefined) {
    return Decision.of(snapshot, experiment, parts.control, "UNIT_MISSING", undefined, undefined);
  }
  const forced = parts.variants.get(overrides.find(key, subject) ?? "");
  return forced === undefined
    ? bySlot(snapshot, experiment, context, unit, subject)
    : Decision.of(snapshot, experiment, forced, "OVERRIDE", unit, subject);
}

function bySlot(
  snapshot: Snapshot,
  experiment: Experiment,
  context: Context,
  unit: string,
  subject: string,
): Decision {
  const { control } = experiment.parts;
  const reason = closed(snapshot, experiment, context, undefined);
  if (reason !== undefined) {
    const answer = reason === "CONCLUDED" ? experiment.winnerOrControl : control;
    return Decision.of(snapshot, experiment, answer, reason, unit, subject);
  }
  // The experiment's own hash comes last: the steps before it are cheaper.
  const slot = experiment.slot(subject);
  const owner = experiment.owner(slot);
  return owner === undefined
    ? Decision.of(snapshot, experiment, control, "NOT_ENROLLED", unit, subject, slot)
    : Decision.of(snapshot, experiment, owner, "ASSIGNED", unit, subject, slot);
}

/** Why slots do not decide on an experiment, CONCLUDED included; undefined when they do. */
function closed(
  snapshot: Snapshot,
  experiment: Experiment,
  context: Context,
  given: Given,
): Reason | undefined {
  const { status, prerequisites, admits } = experiment.parts;
  if (snapshot.killSwitch) {
    return "GLOBAL_KILL";
  }
  if (status === "killed") {
    return "KILLED";
  }
  if (status === "paused") {
    return "NOT_RUNNING";
  }
  // In format 1 what has ended has ended for everybody; in format 2 for those whom it was for.
  if (status === "concluded" && snapshot.format === 1) {
    return "CONCLUDED";
  }
  if (!met(snapshot, prerequisites, context, given)) {
    return "PREREQUISITE_FAILED";
  }
  if (!admits(context)) {
    return "NOT_TARGETED";
  }
  if (status === "concluded") {
    return "CONCLUDED";
  }
  if (experiment.holdsOut(context)) {
    return "HELD_OUT";
  }
  return experiment.excludes(context) ? "EXCLUDED" : undefined;
}

/**
 * Whether all prerequisites are met. Those may have prerequisites, and two ways may lead to one, so
 * answers are remembered: an evaluation asks each experiment and flag once at most. An experiment
 * whose prerequisites have none of their own pays nothing for that.
 */
function met(
  snapshot: Snapshot,
  prerequisites: readonly Prerequisite[],
  context: Context,
  given: Given,
): boolean {
  let known = given;
  for (const { kind, key, variants } of prerequisites) {
    const asked = kind === "flag" ? snapshot.flags.get(key) : snapshot.experiments.get(key);
    if (asked === undefined) {
      return false;
    }
    if (known === undefined && asked.parts.prerequisites.length > 0) {
      known = new Map();
    }
    const variant = gave(snapshot, asked, context, known);
    if (variant === undefined || !variants.has(variant)) {
      return false;
    }
  }
  return true;
}

function gave(
  snapshot: Snapshot,
  asked: Experiment | Flag,
  context: Context,
  given: Given,
): string | undefined {
  if (given?.has(asked)) {
    return given.get(asked);
  }
  const variant =
    "match" in asked
      ? flagVariant(snapshot, asked, context, given)
      : assignedVariant(snapshot, asked, context, given);
  given?.set(asked, variant);
  return variant;
}

/** The variant of whom an experiment assigns, or has ended for; undefined for all others. */
function assignedVariant(
  snapshot: Snapshot,
  experiment: Experiment,
  context: Context,
  given: Given,
): string | undefined {
  const subject = subjectIn(context, experiment.parts);
  if (subject === undefined) {
    return undefined;
  }
  const reason = closed(snapshot, experiment, context, given);
  if (reason === "CONCLUDED") {
    return experiment.winnerOrControl.key;
  }
  return reason === undefined ? experiment.owner(experiment.slot(subject))?.key : undefined;
}

/**
 * What a flag gives. The kill switch of the environment, holdouts and overrides are about
 * experiments: a flag has its own kill.
 *
 * @param fallback JSON text to answer when the flag is unknown
 */
export function evaluateFlag(
  snapshot: Snapshot | undefined,
  key: string,
  context: Context,
  fallback: string,
): FlagDecision {
  try {
    const flag = snapshot?.flags.get(checked(key));
    if (snapshot === undefined || flag === undefined) {
      const reason = snapshot === undefined ? "NOT_READY" : "UNKNOWN_FLAG";
      return flagFallback(snapshot, key, checked(fallback), reason);
    }
    return decideFlag(snapshot, flag, given(context), undefined);
  } catch {
    const answer = typeof fallback === "string" ? fallback : "null";
    return flagFallback(snapshot, shown(key), answer, "ERROR");
  }
}

function flagFallback(
  snapshot: Snapshot | undefined,
  flag: string,
  value: string,
  reason: FlagReason,
): FlagDecision {
  const position = snapshot?.position;
  return { flag, value, reason, variant: undefined, rule: undefined, slot: undefined, position };
}

function flagVariant(snapshot: Snapshot, flag: Flag, context: Context, given: Given): string | undefined {
  return decideFlag(snapshot, flag, context, given).variant;
}

function decideFlag(snapshot: Snapshot, flag: Flag, context: Context, given: Given): FlagDecision {
  const { key, off } = flag.parts;
  const say = (reason: FlagReason, to: FlagValue, rule?: number, slot?: number): FlagDecision => {
    const position = snapshot.position;
    return { flag: key, value: to.value, reason, variant: to.key, rule, slot, position };
  };
  const reason = flagClosed(snapshot, flag, context, given);
  if (reason !== undefined) {
    return say(reason, off);
  }
  const rule = flag.match(context);
  const rollout = flag.rollout(rule);
  const open = rule === undefined ? "DEFAULT" : "RULE_MATCH";
  if (rollout.only !== undefined) {
    return say(open, rollout.only, rule);
  }
  const slot = flag.slot(context);
  return slot === undefined
    ? say("UNIT_MISSING", off, rule)
    : say(open, rollout.of(slot) as FlagValue, rule, slot);
}

function flagClosed(snapshot: Snapshot, flag: Flag, context: Context, given: Given): FlagReason | undefined {
  const { killed, enabled, prerequisites } = flag.parts;
  if (killed) {
    return "KILLED";
  }
  if (!enabled) {
    return "DISABLED";
  }
  return met(snapshot, prerequisites, context, given) ? undefined : "PREREQUISITE_FAILED";
}
