import { ErrorCode, type EvaluationContext, type ResolutionDetails } from "@openfeature/core";
import type { TrialogClient } from "../client/client.js";
import type { Context } from "../evaluate/context.js";
import type { Decision, FlagDecision } from "../evaluate/decision.js";
import type { Experiment, Flag, Snapshot } from "../snapshot/snapshot.js";
import { contextOf, standIn } from "./context.js";
import { reasonOfExperiment, reasonOfFlag, type StandardReason } from "./reasons.js";

export type Accepts = (value: unknown) => boolean;

type Found = { readonly variant: string; readonly reason: StandardReason; readonly value: unknown };

/**
 * One evaluation: of the flag with a key, else of the experiment (protocol clause 14).
 *
 * An experiment is looked at first and evaluated only when its value has the type that was asked
 * for: whoever gets the code's default was not exposed.
 */
export function resolve<T>(
  client: TrialogClient,
  key: string,
  fallback: T,
  given: EvaluationContext,
  accepts: Accepts,
): ResolutionDetails<T> {
  const snapshot = snapshotOf(client);
  if (snapshot === undefined || client.state === "CLOSED") {
    return failure(fallback, ErrorCode.PROVIDER_NOT_READY, "there is no snapshot");
  }
  const context = contextOf(given);
  const flag = snapshot.flags.get(key);
  if (flag !== undefined) {
    const decision = client.flagDecision(key, standIn(context, given.targetingKey, flag.parts.unit), "null");
    return ofFlag(client, snapshot, flag, decision, fallback, accepts);
  }
  const experiment = snapshot.experiments.get(key);
  if (experiment !== undefined) {
    const whole = standIn(context, given.targetingKey, experiment.parts.unit);
    const decision = decide(client, experiment, whole, accepts);
    return ofExperiment(client, snapshot, experiment, decision, fallback, accepts);
  }
  const where = `${snapshot.environment} at position ${snapshot.position}`;
  return failure(fallback, ErrorCode.FLAG_NOT_FOUND, `neither a flag nor an experiment of ${where} has the key ${key}`);
}

/** The snapshot with its parts; applications see less of it. */
export function snapshotOf(client: TrialogClient): Snapshot | undefined {
  return client.snapshot as Snapshot | undefined;
}

function decide(client: TrialogClient, { parts }: Experiment, context: Context, accepts: Accepts): Decision {
  const seen = client.peek(parts.key, context, parts.control.key);
  const value = valueOf(seen);
  return seen.assigned && value !== null && accepts(value)
    ? client.evaluate(parts.key, context, parts.control.key)
    : seen;
}

function ofFlag<T>(
  client: TrialogClient,
  snapshot: Snapshot,
  flag: Flag,
  decision: FlagDecision,
  fallback: T,
  accepts: Accepts,
): ResolutionDetails<T> {
  const { reason, variant } = decision;
  if (variant === undefined || reason === "UNIT_MISSING") {
    return refusal(fallback, reason, flag.parts.unit);
  }
  const found = { variant, reason: reasonOfFlag(decision, flag), value: parse(decision.value) };
  const metadata = { kind: "flag", flag: decision.flag, reason, ...placeOf(snapshot, decision) };
  return typed(client, found, fallback, accepts, metadata);
}

function ofExperiment<T>(
  client: TrialogClient,
  snapshot: Snapshot,
  { parts }: Experiment,
  decision: Decision,
  fallback: T,
  accepts: Accepts,
): ResolutionDetails<T> {
  const { reason, variant } = decision;
  const standard = reasonOfExperiment(reason);
  if (standard === "ERROR") {
    return refusal(fallback, reason, parts.unit);
  }
  const found = { variant, reason: standard, value: valueOf(decision) };
  const epoch = decision.epoch ?? parts.epoch;
  const metadata = { kind: "experiment", experiment: parts.key, reason, epoch, ...placeOf(snapshot, decision) };
  return typed(client, found, fallback, accepts, metadata);
}

function placeOf(snapshot: Snapshot, decision: { readonly position: number | undefined }) {
  return { environment: snapshot.environment, position: decision.position ?? snapshot.position };
}

/** The variant's payload, or its key when it has none (clause 14.3). */
function valueOf({ payload, variant }: Decision): unknown {
  return payload === undefined ? variant : parse(payload);
}

/** A payload is the author's own text; one that is no JSON is handed on as a text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function typed<T>(
  client: TrialogClient,
  { variant, reason, value }: Found,
  fallback: T,
  accepts: Accepts,
  flagMetadata: Record<string, string | number>,
): ResolutionDetails<T> {
  const told = client.state === "STALE" ? "STALE" : reason;
  if (value === null) {
    return { value: fallback, variant, reason: told, flagMetadata };
  }
  return accepts(value)
    ? { value: value as T, variant, reason: told, flagMetadata }
    : failure(fallback, ErrorCode.TYPE_MISMATCH, `the value is of another type: its variant is ${variant}`);
}

function refusal<T>(fallback: T, reason: string, unit: string): ResolutionDetails<T> {
  switch (reason) {
    case "UNIT_MISSING":
      return failure(fallback, ErrorCode.TARGETING_KEY_MISSING, `there is no targeting key and no attribute ${unit}`);
    case "NOT_READY":
      return failure(fallback, ErrorCode.PROVIDER_NOT_READY, "the client is closed");
    case "UNKNOWN_FLAG":
    case "UNKNOWN_EXPERIMENT":
      return failure(fallback, ErrorCode.FLAG_NOT_FOUND, "it is gone");
    default:
      return failure(fallback, ErrorCode.GENERAL, "the evaluation broke");
  }
}

function failure<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: "ERROR", errorCode, errorMessage };
}
