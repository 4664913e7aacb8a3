/** A snapshot as the evaluator reads it: checked, and compiled as far as it can be. Immutable. */

import type { SlotRange } from "../hash/shares.js";
import { rememberedSlotOf, saltPrefix, slotOf } from "../hash/slots.js";
import { subjectIn, subjectOf, type Context } from "../evaluate/context.js";
import type { Admits } from "./targeting.js";

/** What an SDK does with an experiment. */
export type Status = "running" | "paused" | "killed" | "concluded";

/** A variant, with the JSON text that it hands to the application, if any. */
export interface Variant {
  readonly key: string;
  readonly payload: string | undefined;
}

/** A variant of a flag, and the JSON text of its value. */
export interface FlagValue {
  readonly key: string;
  readonly value: string;
}

/** What the slots of a list of ranges belong to. */
export class Owners<T> {
  private readonly bounds: Int32Array;

  constructor(
    ranges: readonly { readonly from: number; readonly to: number }[],
    private readonly owners: readonly T[],
  ) {
    this.bounds = Int32Array.from(ranges.flatMap(({ from, to }) => [from, to]));
  }

  /** The owner of all slots, if it is one. */
  get only(): T | undefined {
    return this.owners.length === 1 ? this.owners[0] : undefined;
  }

  /** The owner of a slot, or undefined. Few ranges: a scan beats a search. */
  of(slot: number): T | undefined {
    const bounds = this.bounds;
    for (let i = 0; i < bounds.length; i += 2) {
      if (slot < bounds[i + 1]!) {
        return slot >= bounds[i]! ? this.owners[i >> 1] : undefined;
      }
    }
    return undefined;
  }
}

/** Slots that experiments share: a salt, and the unit that is hashed with it. */
export class HashSpace {
  private readonly prefix: Uint8Array;

  constructor(
    salt: string,
    readonly unit: string,
  ) {
    this.prefix = saltPrefix(salt);
  }

  /** The slot of the context's unit; undefined without one. */
  slot(context: Context): number | undefined {
    const subject = subjectOf(context, this.unit);
    return subject === undefined ? undefined : rememberedSlotOf(this.prefix, subject);
  }
}

/** A flag or another experiment that must have given one of these variants. */
export interface Prerequisite {
  readonly kind: "flag" | "experiment";
  readonly key: string;
  readonly variants: ReadonlySet<string>;
}

/** A share of subjects that is kept out of all running experiments of a scope. */
export interface Holdout {
  readonly key: string;
  readonly space: HashSpace;
  readonly scope: "global" | "namespace" | "surface";
  readonly value: string;
  /** Subjects of the slots below are held out. */
  readonly slots: number;
}

/** All holdouts of a snapshot, by what they cover; the lists are shared by experiments. */
export class Holdouts {
  private readonly byScope = new Map<string, Holdout[]>();

  constructor(holdouts: readonly Holdout[]) {
    for (const holdout of holdouts) {
      const scope = `${holdout.scope} ${holdout.value}`;
      const list = this.byScope.get(scope);
      if (list === undefined) {
        this.byScope.set(scope, [holdout]);
      } else {
        list.push(holdout);
      }
    }
  }

  covering(namespace: string, surface: string): readonly (readonly Holdout[])[] {
    return ["global ", `namespace ${namespace}`, `surface ${surface}`]
      .map((scope) => this.byScope.get(scope))
      .filter((list) => list !== undefined);
  }
}

/** What an experiment owns of an exclusion set. */
export interface Reservation {
  readonly space: HashSpace;
  readonly owned: Owners<true>;
}

/** An experiment's members, checked. */
export interface ExperimentParts {
  readonly key: string;
  readonly salt: string;
  readonly namespace: string;
  readonly surface: string;
  readonly unit: string;
  readonly fallbackUnit: string | undefined;
  readonly status: Status;
  readonly epoch: number;
  readonly control: Variant;
  readonly winner: Variant | undefined;
  readonly variants: ReadonlyMap<string, Variant>;
  readonly admits: Admits;
  readonly allocation: readonly SlotRange[];
  readonly prerequisites: readonly Prerequisite[];
  readonly reservations: readonly Reservation[];
  /** Those that cover the experiment. */
  readonly holdouts: readonly (readonly Holdout[])[];
}

export class Experiment {
  private readonly prefix: Uint8Array;
  private readonly owners: Owners<Variant>;

  constructor(readonly parts: ExperimentParts) {
    this.prefix = saltPrefix(parts.salt);
    this.owners = new Owners(
      parts.allocation,
      parts.allocation.map(({ variant }) => parts.variants.get(variant) as Variant),
    );
  }

  slot(subject: string): number {
    return slotOf(this.prefix, subject);
  }

  /** The variant of a slot, or undefined. */
  owner(slot: number): Variant | undefined {
    return this.owners.of(slot);
  }

  get winnerOrControl(): Variant {
    return this.parts.winner ?? this.parts.control;
  }

  holdsOut(context: Context): boolean {
    for (const list of this.parts.holdouts) {
      for (const { space, slots } of list) {
        const slot = space.slot(context);
        if (slot !== undefined && slot < slots) {
          return true;
        }
      }
    }
    return false;
  }

  excludes(context: Context): boolean {
    for (const { space, owned } of this.parts.reservations) {
      const slot = space.slot(context);
      if (slot === undefined || owned.of(slot) === undefined) {
        return true;
      }
    }
    return false;
  }
}

/** Which slots get which variant, for those whom the targeting admits. */
export interface FlagRule {
  readonly admits: Admits;
  readonly rollout: Owners<FlagValue>;
}

/** What sort of JSON a flag's values are. */
export type FlagType = "boolean" | "text" | "number" | "json";

export interface FlagParts {
  readonly key: string;
  readonly salt: string;
  readonly type: FlagType;
  readonly unit: string;
  readonly fallbackUnit: string | undefined;
  readonly enabled: boolean;
  readonly killed: boolean;
  readonly off: FlagValue;
  readonly prerequisites: readonly Prerequisite[];
  readonly rules: readonly FlagRule[];
  readonly rollout: Owners<FlagValue>;
}

export class Flag {
  private readonly prefix: Uint8Array;

  constructor(readonly parts: FlagParts) {
    this.prefix = saltPrefix(parts.salt);
  }

  /** Index of the first rule for the context; undefined without one. */
  match(context: Context): number | undefined {
    const found = this.parts.rules.findIndex((rule) => rule.admits(context));
    return found < 0 ? undefined : found;
  }

  /** The rollout of a rule, or the default. */
  rollout(rule: number | undefined): Owners<FlagValue> {
    return rule === undefined ? this.parts.rollout : this.parts.rules[rule]!.rollout;
  }

  /** The slot of the context's unit, else of its fallback unit; undefined without both. */
  slot(context: Context): number | undefined {
    const subject = subjectIn(context, this.parts);
    return subject === undefined ? undefined : slotOf(this.prefix, subject);
  }
}

/** What an application may know of a snapshot. */
export type SnapshotInfo = Pick<
  Snapshot,
  "environment" | "format" | "position" | "time" | "killSwitch" | "experimentKeys" | "flagKeys"
>;

/** Everything needed to assign, for one environment at one position of the log. */
export class Snapshot {
  /** The units that experiments randomise, each once; `user_id` when there is no experiment. */
  readonly units: readonly string[];

  constructor(
    readonly format: 1 | 2,
    readonly environment: string,
    /** Of the last event folded: the snapshot's version. */
    readonly position: number,
    /** Of that event, `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
    readonly time: string,
    /** Whether every experiment of the environment is stopped. */
    readonly killSwitch: boolean,
    readonly experiments: ReadonlyMap<string, Experiment>,
    readonly flags: ReadonlyMap<string, Flag>,
    /** The canonical JSON that it was read from; deltas start from it. */
    readonly text: string,
  ) {
    const units = new Set<string>();
    for (const { parts } of experiments.values()) {
      units.add(parts.unit);
      if (parts.fallbackUnit !== undefined) {
        units.add(parts.fallbackUnit);
      }
    }
    this.units = units.size === 0 ? ["user_id"] : [...units];
  }

  /** In order. */
  get experimentKeys(): readonly string[] {
    return [...this.experiments.keys()];
  }

  /** In order. */
  get flagKeys(): readonly string[] {
    return [...this.flags.keys()];
  }
}
