/** Clause 9, where vectors cannot say it: bounds, and values that JSON does not have. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "../src/evaluate/context.js";
import { evaluate, evaluateFlag } from "../src/evaluate/evaluator.js";
import { writeCanonical, type Json } from "../src/snapshot/json.js";
import { parseSnapshot, SnapshotRefused } from "../src/snapshot/reader.js";
import { experimentTree, snapshotTree } from "./support.js";

type Tree = Record<string, Json>;

const EVERYBODY = [{ from: 0, to: 10_000, variant: "on" }];

function treeOf(members: Tree): Tree {
  return {
    environment: "production",
    exclusion_sets: [],
    experiments: [],
    flags: [],
    format: 2,
    holdouts: [],
    kill_switch: false,
    position: 1,
    time: "2026-11-22T16:00:00.120Z",
    ...members,
  };
}

function experiment(members: Tree = {}, key = "checkout"): Json {
  return experimentTree(key, {
    exclusion_sets: [],
    namespace: "acme/rides",
    prerequisites: [],
    targeting: { all: [] },
    ...members,
  });
}

function flag(members: Tree = {}, key = "f"): Json {
  return {
    enabled: true,
    key,
    killed: false,
    off: "on",
    prerequisites: [],
    rollout: EVERYBODY,
    rules: [],
    salt: key,
    type: "boolean",
    unit: "user_id",
    variants: [{ key: "on", value: "true" }],
    ...members,
  };
}

function refusal(members: Tree): string {
  try {
    parseSnapshot(writeCanonical(treeOf(members)));
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof SnapshotRefused, String(error));
    return error.reason;
  }
}

function numbered(count: number, made: (key: string) => Json): readonly Json[] {
  return Array.from({ length: count }, (_, i) => made(`k${String(i).padStart(6, "0")}`));
}

test("9.3 and 9.4: a bound is met, and one more is refused", () => {
  const condition = { attribute: "a", operator: "in", type: "text", values: ["x"] };
  const nested = (depth: number): Json => (depth === 1 ? condition : { not: nested(depth - 1) });
  const targeted = (targeting: Json) => ({ experiments: [experiment({ targeting })] });
  const prerequisite = { key: "other", kind: "flag", variants: ["on"] };
  const chain = (length: number) =>
    numbered(length + 1, (key) => {
      const next = `k${String(Number(key.slice(1)) + 1).padStart(6, "0")}`;
      return flag({ prerequisites: [{ key: next, kind: "flag", variants: ["on"] }] }, key);
    });
  const set = { key: "s", salt: "s", unit: "user_id" };
  const reserved = (count: number) => ({
    ranges: numbered(count, (key) => ({ from: Number(key.slice(1)), to: Number(key.slice(1)) + 1 })),
    set: "s",
  });
  const bounds: [string, (size: number) => Tree, number][] = [
    ["depth", (depth) => targeted(nested(depth)), 8],
    ["conditions", (count) => targeted({ any: numbered(count, () => condition) }), 1_000],
    ["parts", (count) => targeted({ all: numbered(count - 1, () => ({ all: [] })) }), 10_000],
    ["values", (count) => targeted({ ...condition, values: numbered(count, (key) => key) }), 10_000],
    ["a value", (length) => targeted({ ...condition, values: ["x".repeat(length)] }), 4_096],
    [
      "prerequisites",
      (count) => ({ flags: [flag({ prerequisites: numbered(count, () => prerequisite) })] }),
      100,
    ],
    ["a chain", (length) => ({ flags: chain(length) }), 15],
    [
      "sets",
      (count) => ({
        exclusion_sets: [set],
        experiments: [experiment({ exclusion_sets: numbered(count, () => reserved(1)) })],
      }),
      100,
    ],
    [
      "ranges of a set",
      (count) => ({
        exclusion_sets: [set],
        experiments: [experiment({ exclusion_sets: [reserved(count)] })],
      }),
      1_000,
    ],
    [
      "holdouts",
      (count) => ({
        holdouts: numbered(count, (key) => ({
          key,
          salt: "",
          scope: { kind: "global" },
          slots: 1,
          unit: "u",
        })),
      }),
      10_000,
    ],
    ["flags", (count) => ({ flags: numbered(count, (key) => flag({}, key)) }), 10_000],
    [
      "a flag's rules",
      (count) => ({
        flags: [flag({ rules: numbered(count, () => ({ rollout: EVERYBODY, targeting: { all: [] } })) })],
      }),
      1_000,
    ],
    [
      "a flag's value",
      (length) => ({ flags: [flag({ variants: [{ key: "on", value: "x".repeat(length) }] })] }),
      65_536,
    ],
  ];
  for (const [name, made, bound] of bounds) {
    assert.equal(refusal(made(bound)), "accepted", name);
    assert.equal(refusal(made(bound + 1)), "INVALID", name);
  }
});

test("9.3: a rollout owns every slot once: a range behind the last one is refused", () => {
  assert.equal(refusal({ flags: [flag({ rollout: [...EVERYBODY, ...EVERYBODY] })] }), "INVALID");
  assert.equal(
    refusal({ flags: [flag({ rollout: [...EVERYBODY, { from: 0, to: 5_000, variant: "on" }] })] }),
    "INVALID",
  );
});

test("5.1 and 9.8: what has ended has ended for all in format 1, for whom it was for in format 2", () => {
  const ended = { status: "concluded", winner: "treatment" };
  const nobody = { any: [] };
  const first = snapshotTree(1, { ...ended, targeting: [{ attribute: "a", operator: "in", values: [] }] });
  const second = treeOf({ experiments: [experiment({ ...ended, targeting: nobody })] });
  const answers = [first, second].map((tree) => {
    const decision = evaluate(parseSnapshot(writeCanonical(tree)), "checkout", { user_id: "1" }, "f");
    return [decision.reason, decision.variant];
  });
  assert.deepEqual(answers, [
    ["CONCLUDED", "treatment"],
    ["NOT_TARGETED", "control"],
  ]);
});

test("9.6: a prefix stands at the beginning", () => {
  const prefix = { operator: "prefix", type: "text", values: ["ab", "x"] };
  const texts = ["abc", "ab", "x", "cab", "a", "", "Ab"];
  assert.deepEqual(
    texts.map((text) => admits(prefix, text)),
    [true, true, true, false, false, false, false],
  );
});

function admits(condition: Tree, value: unknown): boolean {
  const targeting = { attribute: "a", ...condition };
  const snapshot = parseSnapshot(writeCanonical(treeOf({ experiments: [experiment({ targeting })] })));
  const context = { user_id: "1", a: value } as Context;
  return evaluate(snapshot, "checkout", context, "f").reason === "ASSIGNED";
}

test("9.5 and 9.6: values that JSON does not have", () => {
  const number = (operator: string, value: string) => ({ operator, type: "number", values: [value] });
  for (const operator of ["equals", "in", "at_least", "above", "at_most", "below"]) {
    assert.equal(admits(number(operator, "1"), NaN), false, operator);
  }
  assert.equal(admits(number("equals", "0"), -0), true);
  assert.equal(admits(number("above", "1"), Infinity), true);
  assert.equal(admits(number("below", "1"), -Infinity), true);
  assert.equal(admits(number("above", "5"), 2n ** 70n), true);
  assert.equal(admits(number("equals", "7"), 7n), true);
  const set = (operator: string) => ({ operator, type: "set", values: ["x", "y"] });
  assert.equal(admits(set("contains_any"), new Set(["y", "z"])), true);
  assert.equal(admits(set("contains_all"), new Set(["y", "x"])), true);
  assert.equal(admits(set("contains_none"), new Set(["z"])), true);
  assert.equal(admits(set("contains_none"), new Set()), true);
  const nobody = { operator: "not_in", type: "text", values: ["x"] };
  for (const missing of [undefined, null, () => 1, {}, new Date(0), Symbol("x")]) {
    assert.equal(admits(nobody, missing), true);
    assert.equal(admits(set("contains_none"), missing), true);
    assert.equal(admits(number("equals", "0"), missing), false);
  }
});

test("9.6: a long text that is no version takes no long time to be none", () => {
  const condition = { operator: "at_least", type: "version", values: ["1.0.0"] };
  const begin = performance.now();
  for (const text of [
    `1.0.0-${"1".repeat(50_000)}!`,
    `1.0.0-${"a.".repeat(25_000)}`,
    `1.0.0+${"0".repeat(50_000)}!`,
  ]) {
    assert.equal(admits(condition, text), false);
  }
  assert.equal(admits(condition, `1.0.${"9".repeat(50_000)}`), true);
  assert.ok(performance.now() - begin < 5_000);
});

test("9.13 and 8.1: a flag without a context is an ERROR with the fallback, and nothing is thrown", () => {
  const snapshot = parseSnapshot(writeCanonical(treeOf({ flags: [flag()] })));
  for (const context of [null, undefined, "x"]) {
    const { reason, value } = evaluateFlag(snapshot, "f", context as unknown as Context, "7");
    assert.deepEqual([reason, value], ["ERROR", "7"]);
  }
  assert.equal(evaluateFlag(snapshot, "f", {}, "7").reason, "DEFAULT");
});
