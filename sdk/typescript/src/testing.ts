/** For an application's own tests: a client without a network, and what it has recorded. */

import { sameType, type Trialog } from "./client/client.js";
import { Recorder } from "./client/recorder.js";
import type { Context } from "./evaluate/context.js";
import type { Decision, FlagDecision } from "./evaluate/decision.js";
import type { Overrides } from "./evaluate/overrides.js";
import type { Exposure, Outcome } from "./events/event.js";
import { isWellFormed } from "./hash/utf8.js";
import { writeCanonical, type Json } from "./snapshot/json.js";
import { parseSnapshot } from "./snapshot/reader.js";
import type { Snapshot } from "./snapshot/snapshot.js";

const CONTROL = "control";
const EVERY_SLOT = { from: 0, to: 10_000 };

/**
 * Answers what a test says, by the evaluator of the real client: an experiment that was given a
 * variant assigns it to every context that has the unit, one that was killed answers control, one
 * that was not mentioned is unknown. Events stay here, to be looked at.
 */
export class TestClient implements Trialog {
  /** Exposures so far, each subject once, as the collector would get them. */
  readonly exposures: Exposure[] = [];
  /** Outcomes so far. */
  readonly outcomes: Outcome[] = [];
  /** What a real client would have told its listener: events that could not be made. */
  readonly problems: string[] = [];
  private readonly experiments = new Map<string, Json>();
  private readonly flags = new Map<string, Json>();
  private readonly recorder: Recorder;
  private current: Snapshot;
  private position = 0;

  /** @param unit the attribute that experiments randomise */
  constructor(private readonly unit = "user_id") {
    this.current = this.folded();
    this.recorder = new Recorder({
      environment: "test",
      surface: "",
      segments: [],
      exposureMemory: 100_000,
      now: Date.now,
      snapshot: () => this.current,
      open: () => true,
      expose: (exposure) => this.exposures.push(exposure) > 0,
      record: (outcome) => void (isWellFormed(outcome.metric) && this.outcomes.push(outcome)),
      drop: (why) => void this.problems.push(why),
    });
  }

  /**
   * From now on an experiment assigns this variant.
   *
   * @throws SnapshotRefused for keys that the platform would not take
   */
  assign(experiment: string, variant: string, payload?: Json): this {
    return this.put(experiment, variant, "running", payload);
  }

  /** From now on an experiment is killed. */
  kill(experiment: string): this {
    return this.put(experiment, CONTROL, "killed");
  }

  /** From now on a flag has this value. */
  setFlag(key: string, value: Json): this {
    this.flags.set(key, {
      enabled: true,
      key,
      killed: false,
      off: "on",
      prerequisites: [],
      rollout: [{ ...EVERY_SLOT, variant: "on" }],
      rules: [],
      salt: key,
      type: "json",
      unit: this.unit,
      variants: [{ key: "on", value: JSON.stringify(value) }],
    });
    this.current = this.folded();
    return this;
  }

  /** Forgets what was recorded; a subject that was exposed is not exposed again. */
  forgetEvents(): this {
    for (const list of [this.exposures, this.outcomes, this.problems]) {
      list.length = 0;
    }
    return this;
  }

  private put(key: string, variant: string, status: string, payload?: Json): this {
    const shown = payload === undefined ? {} : { payload: JSON.stringify(payload) };
    const others = variant === CONTROL ? [] : [{ key: CONTROL }];
    this.experiments.set(key, {
      allocation: [{ ...EVERY_SLOT, variant }],
      control: CONTROL,
      epoch: 0,
      exclusion_sets: [],
      key,
      namespace: "test",
      prerequisites: [],
      salt: key,
      status,
      surface: "test",
      targeting: { all: [] },
      unit: this.unit,
      variants: [...others, { key: variant, ...shown }],
    });
    this.current = this.folded();
    return this;
  }

  private folded(): Snapshot {
    const sorted = (parts: ReadonlyMap<string, Json>) =>
      [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
    return parseSnapshot(
      writeCanonical({
        environment: "test",
        exclusion_sets: [],
        experiments: sorted(this.experiments),
        flags: sorted(this.flags),
        format: 2,
        holdouts: [],
        kill_switch: false,
        position: this.position++,
        time: "1970-01-01T00:00:00.000Z",
      }),
    );
  }

  evaluate(experiment: string, context: Context, fallback: string): Decision {
    return this.recorder.evaluate(experiment, context, fallback);
  }

  peek(experiment: string, context: Context, fallback: string): Decision {
    return this.recorder.peek(experiment, context, fallback);
  }

  evaluateAll(context: Context): ReadonlyMap<string, Decision> {
    return this.recorder.peekAll(context);
  }

  flag(key: string, context: Context, fallback: boolean): boolean;
  flag(key: string, context: Context, fallback: number): number;
  flag(key: string, context: Context, fallback: string): string;
  flag<T>(key: string, context: Context, fallback: T, accepts: (value: unknown) => value is T): T;
  flag<T>(key: string, context: Context, fallback: T, accepts = sameType(fallback)): T {
    return this.recorder.flagValue(key, context, fallback, accepts);
  }

  flagDecision(key: string, context: Context, fallback: string): FlagDecision {
    return this.recorder.flag(key, context, fallback);
  }

  track(context: Context, metric: string, value: number): void {
    this.recorder.track(context, metric, value);
  }

  override(overrides: Overrides): void {
    this.recorder.overrides = overrides;
  }
}
