import { hashSubject } from "../hash/slots.js";
import type { Experiment, Snapshot, Variant } from "../snapshot/snapshot.js";

/** Why a variant was answered (protocol clauses 5.1 and 9.8), in the order of evaluation. */
export type Reason =
  | "NOT_READY"
  | "UNKNOWN_EXPERIMENT"
  | "UNIT_MISSING"
  | "OVERRIDE"
  | "GLOBAL_KILL"
  | "KILLED"
  | "NOT_RUNNING"
  | "PREREQUISITE_FAILED"
  | "NOT_TARGETED"
  | "CONCLUDED"
  | "HELD_OUT"
  | "EXCLUDED"
  | "ASSIGNED"
  | "NOT_ENROLLED"
  | "ERROR";

/** The answer of an evaluation: a variant, and everything that explains it. Immutable. */
export class Decision {
  // Private for good: what an object shows of itself ends up in logs, and the subject must not.
  readonly #subject: string | undefined;
  readonly #environment: string;

  private constructor(
    /** The experiment that was asked for. */
    readonly experiment: string,
    /** The variant to show. */
    readonly variant: string,
    readonly reason: Reason,
    /** The variant's JSON text; see {@link payloadAs}. */
    readonly payload: string | undefined,
    /** 0 to 9,999; there for ASSIGNED and NOT_ENROLLED, where it decided. */
    readonly slot: number | undefined,
    /** Allocation epoch; there when the experiment is known. */
    readonly epoch: number | undefined,
    /** Where the experiment is shown; there when it is known. */
    readonly surface: string | undefined,
    /** Position of the snapshot that answered. */
    readonly position: number | undefined,
    /** The unit that was found in the context: the experiment's, or its fallback. */
    readonly unit: string | undefined,
    subject: string | undefined,
    environment: string,
  ) {
    this.#subject = subject;
    this.#environment = environment;
  }

  /** The caller's fallback: nothing is known about the experiment. */
  static fallback(
    snapshot: Snapshot | undefined,
    experiment: string,
    fallback: string,
    reason: Reason,
  ): Decision {
    const none = undefined;
    const position = snapshot?.position;
    return new Decision(experiment, fallback, reason, none, none, none, none, position, none, none, "");
  }

  static of(
    snapshot: Snapshot,
    { parts }: Experiment,
    variant: Variant,
    reason: Reason,
    unit: string | undefined,
    subject: string | undefined,
    slot?: number,
  ): Decision {
    return new Decision(
      parts.key,
      variant.key,
      reason,
      variant.payload,
      slot,
      parts.epoch,
      parts.surface,
      snapshot.position,
      unit,
      subject,
      snapshot.environment,
    );
  }

  /** Whether the subject takes part, so that an exposure is to be recorded. */
  get assigned(): boolean {
    return this.reason === "ASSIGNED";
  }

  /** The raw id, for the caller's own use; it must not leave the process. */
  get subject(): string | undefined {
    return this.#subject;
  }

  /** The id that exposures carry (protocol clause 6.1). */
  get hashedSubject(): string | undefined {
    return this.unit === undefined || this.#subject === undefined
      ? undefined
      : hashSubject(this.#environment, this.unit, this.#subject);
  }

  /**
   * The payload as a value; the fallback when there is none, when it is no JSON, or when the guard
   * does not accept it. Never throws.
   */
  payloadAs<T>(accepts: (value: unknown) => value is T, fallback: T): T {
    try {
      const value: unknown = this.payload === undefined ? undefined : JSON.parse(this.payload);
      return accepts(value) ? value : fallback;
    } catch {
      return fallback;
    }
  }
}

/** Why a flag gave its variant (protocol clause 9.13), in the order of evaluation. */
export type FlagReason =
  | "NOT_READY"
  | "UNKNOWN_FLAG"
  | "KILLED"
  | "DISABLED"
  | "PREREQUISITE_FAILED"
  | "UNIT_MISSING"
  | "RULE_MATCH"
  | "DEFAULT"
  | "ERROR";

/** What a flag gave, and why. Immutable. It never makes an exposure. */
export interface FlagDecision {
  /** The flag that was asked for. */
  readonly flag: string;
  /** JSON text: the variant's, or the caller's fallback. */
  readonly value: string;
  readonly reason: FlagReason;
  /** Undefined when the answer is the caller's fallback. */
  readonly variant: string | undefined;
  /** Index of the rule that is for this context, from 0. */
  readonly rule: number | undefined;
  /** 0 to 9,999, when it decided. */
  readonly slot: number | undefined;
  /** Position of the snapshot that answered. */
  readonly position: number | undefined;
}
