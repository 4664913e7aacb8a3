/** The parts of a snapshot from their JSON; what breaks a rule is {@link Invalid}. */

import type { SlotRange } from "../hash/shares.js";
import { SLOTS } from "../hash/slots.js";
import { Invalid, type Member } from "./member.js";
import {
  Experiment,
  Flag,
  HashSpace,
  Owners,
  type FlagRule,
  type FlagValue,
  type Holdout,
  type Holdouts,
  type Prerequisite,
  type Reservation,
  type Variant,
} from "./snapshot.js";
import { readConditions, readTargeting } from "./targeting.js";

const MAX_PARTS = 1_000;
const MAX_PREREQUISITES = 100;
const MAX_RESERVATIONS = 100;
const MAX_PAYLOAD = 65_536;

const EXPERIMENT_1 = [
  "allocation",
  "control",
  "epoch",
  "fallback_unit",
  "key",
  "salt",
  "status",
  "surface",
  "targeting",
  "unit",
  "variants",
  "winner",
];
const EXPERIMENT = {
  1: new Set(EXPERIMENT_1),
  2: new Set([...EXPERIMENT_1, "exclusion_sets", "namespace", "prerequisites"]),
};
const FLAG = new Set([
  "enabled",
  "fallback_unit",
  "key",
  "killed",
  "off",
  "prerequisites",
  "rollout",
  "rules",
  "salt",
  "type",
  "unit",
  "variants",
]);
const RANGE = new Set(["from", "to"]);
const OWNED_RANGE = new Set(["from", "to", "variant"]);

export function readExperiment(
  tree: Member,
  format: 1 | 2,
  holdouts: Holdouts,
  spaces: ReadonlyMap<string, HashSpace>,
): Experiment {
  tree.only(EXPERIMENT[format]);
  const more = format === 2;
  const variants = byKey(tree.get("variants"), readVariant);
  const namespace = more ? tree.get("namespace").text() : "";
  const surface = tree.get("surface").text();
  return new Experiment({
    key: tree.get("key").key(),
    salt: tree.get("salt").text(),
    namespace,
    surface,
    unit: tree.get("unit").filled(),
    fallbackUnit: tree.optional("fallback_unit", (unit) => unit.filled()),
    status: tree.get("status").word(["running", "paused", "killed", "concluded"] as const),
    epoch: tree.get("epoch").count(),
    control: known(tree.get("control"), variants),
    winner: tree.optional("winner", (winner) => known(winner, variants)),
    variants,
    admits: (more ? readTargeting : readConditions)(tree.get("targeting")),
    allocation: readOwned(tree.get("allocation"), variants),
    prerequisites: more ? readPrerequisites(tree.get("prerequisites")) : [],
    reservations: more ? readReservations(tree.get("exclusion_sets"), spaces) : [],
    holdouts: holdouts.covering(namespace, surface),
  });
}

function readVariant(element: Member): Variant {
  element.only(new Set(["key", "payload"]));
  const payload = element.optional("payload", (found) => found.text(MAX_PAYLOAD));
  return { key: element.get("key").key(), payload };
}

/** Parts that each stand once, in the order of the list. */
function byKey<T extends { readonly key: string }>(
  list: Member,
  read: (element: Member) => T,
): ReadonlyMap<string, T> {
  const parts = new Map<string, T>();
  for (const element of list.elements("variants", MAX_PARTS)) {
    const part = read(element);
    if (parts.has(part.key)) {
      throw new Invalid(`variant ${part.key} stands twice`);
    }
    parts.set(part.key, part);
  }
  return parts;
}

function known<T>(member: Member, variants: ReadonlyMap<string, T>): T {
  const found = variants.get(member.text());
  if (found === undefined) {
    throw new Invalid(`${member.name} must be one of the variants`);
  }
  return found;
}

/** Ranges within 0 to 10,000, ascending and disjoint. */
function readRanges<R>(
  list: Member,
  members: ReadonlySet<string>,
  read: (element: Member, from: number, to: number) => R,
): readonly R[] {
  let end = 0;
  return list.elements("ranges", MAX_PARTS).map((element) => {
    element.only(members);
    const from = element.get("from").integer(end, SLOTS);
    end = element.get("to").integer(from + 1, SLOTS);
    return read(element, from, end);
  });
}

function readOwned(list: Member, variants: ReadonlyMap<string, unknown>): readonly SlotRange[] {
  return readRanges(list, OWNED_RANGE, (element, from, to) => {
    known(element.get("variant"), variants);
    return { from, to, variant: element.get("variant").text() };
  });
}

function readPrerequisites(list: Member): readonly Prerequisite[] {
  return list.elements("prerequisites", MAX_PREREQUISITES).map((element) => {
    element.only(new Set(["key", "kind", "variants"]));
    const variants = element.get("variants").elements("variants", MAX_PARTS);
    if (variants.length === 0) {
      throw new Invalid("a prerequisite must name a variant");
    }
    return {
      kind: element.get("kind").word(["flag", "experiment"] as const),
      key: element.get("key").key(),
      variants: new Set(variants.map((variant) => variant.key())),
    };
  });
}

function readReservations(list: Member, spaces: ReadonlyMap<string, HashSpace>): readonly Reservation[] {
  return list.elements("exclusion sets", MAX_RESERVATIONS).map((element) => {
    element.only(new Set(["ranges", "set"]));
    const space = spaces.get(element.get("set").key());
    if (space === undefined) {
      throw new Invalid("an experiment is in an unknown exclusion set");
    }
    const ranges = readRanges(element.get("ranges"), RANGE, (_, from, to) => ({ from, to }));
    return {
      space,
      owned: new Owners<true>(
        ranges,
        ranges.map(() => true),
      ),
    };
  });
}

export function readExclusionSet(tree: Member): HashSpace {
  tree.only(new Set(["key", "salt", "unit"]));
  return new HashSpace(tree.get("salt").text(), tree.get("unit").filled());
}

export function readHoldout(tree: Member): Holdout {
  tree.only(new Set(["key", "salt", "scope", "slots", "unit"]));
  const scope = tree.get("scope");
  scope.only(new Set(["kind", "value"]));
  const kind = scope.get("kind").word(["global", "namespace", "surface"] as const);
  const value = scope.optional("value", (found) => found.filled());
  if ((kind === "global") !== (value === undefined)) {
    throw new Invalid("a holdout must name its namespace or surface, and nothing if it is global");
  }
  return {
    key: tree.get("key").key(),
    space: new HashSpace(tree.get("salt").text(), tree.get("unit").filled()),
    scope: kind,
    value: value ?? "",
    slots: tree.get("slots").integer(1, SLOTS),
  };
}

export function readFlag(tree: Member): Flag {
  tree.only(FLAG);
  const variants = byKey(tree.get("variants"), readValue);
  return new Flag({
    key: tree.get("key").key(),
    salt: tree.get("salt").text(),
    type: tree.get("type").word(["boolean", "text", "number", "json"] as const),
    unit: tree.get("unit").filled(),
    fallbackUnit: tree.optional("fallback_unit", (unit) => unit.filled()),
    enabled: tree.get("enabled").truth(),
    killed: tree.get("killed").truth(),
    off: known(tree.get("off"), variants),
    prerequisites: readPrerequisites(tree.get("prerequisites")),
    rules: tree
      .get("rules")
      .elements("rules", MAX_PARTS)
      .map((rule) => readRule(rule, variants)),
    rollout: readRollout(tree.get("rollout"), variants),
  });
}

function readValue(element: Member): FlagValue {
  element.only(new Set(["key", "value"]));
  return { key: element.get("key").key(), value: element.get("value").text(MAX_PAYLOAD) };
}

function readRule(element: Member, variants: ReadonlyMap<string, FlagValue>): FlagRule {
  element.only(new Set(["rollout", "targeting"]));
  return {
    admits: readTargeting(element.get("targeting")),
    rollout: readRollout(element.get("rollout"), variants),
  };
}

/** Ranges that own every slot once, in order. */
function readRollout(list: Member, variants: ReadonlyMap<string, FlagValue>): Owners<FlagValue> {
  const ranges = readOwned(list, variants);
  const ends = ranges.map(({ to }) => to);
  const whole = ranges.every(({ from }, i) => from === (ends[i - 1] ?? 0));
  if (!whole || ends.at(-1) !== SLOTS) {
    throw new Invalid("a rollout must own every slot once, in order");
  }
  return new Owners(
    ranges,
    ranges.map(({ variant }) => variants.get(variant) as FlagValue),
  );
}
