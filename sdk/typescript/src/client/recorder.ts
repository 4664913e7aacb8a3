import { textOf, subjectOf, type Context } from "../evaluate/context.js";
import type { Decision, FlagDecision } from "../evaluate/decision.js";
import { evaluate, evaluateFlag } from "../evaluate/evaluator.js";
import { Overrides } from "../evaluate/overrides.js";
import { exposureOf, outcomeOf, type Exposure, type Outcome } from "../events/event.js";
import { ExposureFilter } from "../events/filter.js";
import { hashSubject } from "../hash/slots.js";
import type { Snapshot } from "../snapshot/snapshot.js";

/** Where a recorder gets its snapshot from, and where events go. */
export interface Surroundings {
  readonly environment: string;
  readonly surface: string;
  readonly segments: readonly string[];
  readonly exposureMemory: number;
  now(): number;
  /** Undefined as long as there is none, and for a closed client. */
  snapshot(): Snapshot | undefined;
  /** Whether outcomes are taken. */
  open(): boolean;
  /** True when the event was taken. */
  expose(exposure: Exposure): boolean;
  record(outcome: Outcome): void;
  /** An event could not be made. */
  drop(why: string): void;
}

/** Evaluates, and records what follows from it (protocol clauses 6.2 to 6.4). Never throws. */
export class Recorder {
  private readonly filter: ExposureFilter;
  overrides = Overrides.none;

  constructor(private readonly around: Surroundings) {
    this.filter = new ExposureFilter(around.exposureMemory);
  }

  evaluate(experiment: string, context: Context, fallback: string): Decision {
    const decision = this.peek(experiment, context, fallback);
    try {
      if (this.filter.pass(decision)) {
        this.expose(decision, context);
      }
    } catch {
      this.filter.forget(decision);
      this.around.drop("an exposure could not be recorded");
    }
    return decision;
  }

  peek(experiment: string, context: Context, fallback: string): Decision {
    return evaluate(this.around.snapshot(), experiment, context, fallback, this.overrides);
  }

  peekAll(context: Context): ReadonlyMap<string, Decision> {
    const snapshot = this.around.snapshot();
    const decisions = new Map<string, Decision>();
    for (const [key, { parts }] of snapshot?.experiments ?? []) {
      decisions.set(key, evaluate(snapshot, key, context, parts.control.key, this.overrides));
    }
    return decisions;
  }

  flag(key: string, context: Context, fallback: string): FlagDecision {
    return evaluateFlag(this.around.snapshot(), key, context, fallback);
  }

  /** The flag's value; the fallback when it is no JSON or not accepted. */
  flagValue<T>(key: string, context: Context, fallback: T, accepts: (value: unknown) => boolean): T {
    try {
      const { value, variant } = this.flag(key, context, JSON.stringify(fallback) ?? "null");
      const parsed: unknown = variant === undefined ? undefined : JSON.parse(value);
      return variant !== undefined && accepts(parsed) ? (parsed as T) : fallback;
    } catch {
      return fallback;
    }
  }

  private expose(decision: Decision, context: Context): void {
    const { now, surface, segments } = this.around;
    const values: Record<string, string> = {};
    for (const name of segments) {
      const text = textOf(context, name);
      if (text !== undefined) {
        values[name] = text;
      }
    }
    if (!this.around.expose(exposureOf(decision, now(), surface, values))) {
      this.filter.forget(decision);
    }
  }

  track(context: Context, metric: string, value: number): void {
    try {
      if (this.around.open()) {
        for (const unit of this.around.snapshot()?.units ?? ["user_id"]) {
          this.record(unit, subjectOf(context, unit), metric, value);
        }
      }
    } catch {
      this.around.drop("an outcome could not be recorded");
    }
  }

  private record(unit: string, subject: string | undefined, metric: string, value: number): void {
    if (subject !== undefined) {
      const hashed = hashSubject(this.around.environment, unit, subject);
      this.around.record(outcomeOf(hashed, metric, value, this.around.now()));
    }
  }
}
