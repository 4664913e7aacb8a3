import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { Context } from "../src/evaluate/context.js";
import { evaluate, evaluateFlag } from "../src/evaluate/evaluator.js";
import { Overrides } from "../src/evaluate/overrides.js";
import { writeCanonical, type Json } from "../src/snapshot/json.js";
import { parseSnapshot } from "../src/snapshot/reader.js";
import type { Snapshot } from "../src/snapshot/snapshot.js";
import { snapshotTree } from "./support.js";

function snapshotWith(members: Record<string, Json> = {}): Snapshot {
  return parseSnapshot(writeCanonical(snapshotTree(7, members)));
}

test("5.1: without a snapshot the answer is the fallback, NOT_READY", () => {
  const decision = evaluate(undefined, "checkout", { user_id: "1" }, "mine");
  assert.deepEqual([decision.variant, decision.reason], ["mine", "NOT_READY"]);
  assert.equal(decision.position, undefined);
  const flag = evaluateFlag(undefined, "f", {}, "true");
  assert.deepEqual([flag.value, flag.reason], ["true", "NOT_READY"]);
});

test("5.1 and 8.1: whatever a caller hands over, the answer is ERROR and nothing is thrown", () => {
  const snapshot = snapshotWith();
  const hostile = {
    get user_id(): string {
      throw new Error("from the application");
    },
  };
  const calls: [unknown, unknown, unknown, string][] = [
    ["checkout", null, "mine", "mine"],
    ["checkout", undefined, "mine", "mine"],
    ["checkout", hostile, "mine", "mine"],
    ["checkout", { user_id: "1" }, null, "control"],
    [null, { user_id: "1" }, "mine", "mine"],
    [{}, {}, {}, "control"],
  ];
  for (const [key, context, fallback, answer] of calls) {
    const decision = evaluate(snapshot, key as string, context as Context, fallback as string);
    assert.deepEqual([decision.variant, decision.reason], [answer, "ERROR"]);
  }
  const flags = [
    [null, {}, "1"],
    ["f", {}, null],
  ] as unknown as [string, Context, string][];
  for (const [key, context, fallback] of flags) {
    assert.equal(evaluateFlag(snapshot, key, context, fallback).reason, "ERROR");
  }
});

test("5.3: what an object inherits is no attribute", () => {
  const condition = (attribute: string, operator: string) => ({
    targeting: [{ attribute, operator, values: ["x"] }],
  });
  for (const attribute of ["constructor", "__proto__", "toString"]) {
    const within = evaluate(snapshotWith(condition(attribute, "in")), "checkout", { user_id: "1" }, "f");
    assert.equal(within.reason, "NOT_TARGETED");
    const without = evaluate(snapshotWith(condition(attribute, "not_in")), "checkout", { user_id: "1" }, "f");
    assert.equal(without.reason, "ASSIGNED");
  }
  assert.equal(evaluate(snapshotWith(), "constructor", { user_id: "1" }, "f").reason, "UNKNOWN_EXPERIMENT");
});

test("5.3: booleans and integers are texts, other numbers are none", () => {
  const answer = (value: unknown) =>
    evaluate(snapshotWith(), "checkout", { user_id: value } as Context, "f").subject;
  assert.equal(answer(42), "42");
  assert.equal(answer(-0), "0");
  assert.equal(answer(true), "true");
  assert.equal(answer(2n ** 64n), "18446744073709551616");
  for (const none of [1.5, NaN, Infinity, 2 ** 60, "", null, undefined, {}, ["1"]]) {
    assert.equal(answer(none), undefined, String(none));
  }
});

test("5.1: an override for a subject goes before the one for all, and a stranger forces nothing", () => {
  const forced = Overrides.none.withAll("checkout", "treatment").with("checkout", "qa", "control");
  const reasons = (overrides: Overrides, subject: string) => {
    const decision = evaluate(
      snapshotWith({ status: "killed" }),
      "checkout",
      { user_id: subject },
      "f",
      overrides,
    );
    return [decision.variant, decision.reason];
  };
  assert.deepEqual(reasons(forced, "1"), ["treatment", "OVERRIDE"]);
  assert.deepEqual(reasons(forced, "qa"), ["control", "OVERRIDE"]);
  assert.deepEqual(reasons(Overrides.none.withAll("checkout", "other"), "1"), ["control", "KILLED"]);
  assert.deepEqual(reasons(Overrides.none, "1"), ["control", "KILLED"]);
});

test("6.1: a decision shows its subject to whoever asks for it, and to no log", () => {
  const decision = evaluate(snapshotWith(), "checkout", { user_id: "alice@example.com" }, "f");
  assert.equal(decision.subject, "alice@example.com");
  for (const text of [inspect(decision, { showHidden: true }), JSON.stringify(decision), String(decision)]) {
    assert.doesNotMatch(text, /alice/);
  }
});

test("5.1: a payload is read as a value that the guard accepts, else the fallback", () => {
  const isColour = (value: unknown): value is { colour: string } =>
    typeof (value as { colour?: unknown } | undefined)?.colour === "string";
  const read = (payload: string | undefined) => {
    const variant = payload === undefined ? { key: "control" } : { key: "control", payload };
    const members = {
      allocation: [{ from: 0, to: 10_000, variant: "control" }],
      variants: [variant],
    };
    const decision = evaluate(snapshotWith(members), "checkout", { user_id: "1" }, "f");
    return decision.payloadAs(isColour, { colour: "grey" }).colour;
  };
  assert.equal(read('{"colour":"blå"}'), "blå");
  for (const other of ['{"colour":1}', "{", "null", undefined]) {
    assert.equal(read(other), "grey");
  }
});

test("9.9: prerequisites that meet again and again are asked once each", () => {
  // Each of 16 flags asks the next one twice: without memory, 2^16 questions an evaluation.
  const flag = (level: number): Json => ({
    enabled: true,
    key: `f${String(level).padStart(2, "0")}`,
    killed: false,
    off: "on",
    prerequisites:
      level === 15
        ? []
        : [0, 1].map(() => ({
            key: `f${String(level + 1).padStart(2, "0")}`,
            kind: "flag",
            variants: ["on"],
          })),
    rollout: [{ from: 0, to: 10_000, variant: "on" }],
    rules:
      level === 15
        ? [
            {
              rollout: [{ from: 0, to: 10_000, variant: "on" }],
              targeting: {
                attribute: "asked",
                operator: "equals",
                type: "text",
                values: ["x"],
              },
            },
          ]
        : [],
    salt: "s",
    type: "boolean",
    unit: "user_id",
    variants: [{ key: "on", value: "true" }],
  });
  const snapshot = parseSnapshot(
    writeCanonical({
      environment: "production",
      exclusion_sets: [],
      experiments: [],
      flags: Array.from({ length: 16 }, (_, level) => flag(level)),
      format: 2,
      holdouts: [],
      kill_switch: false,
      position: 1,
      time: "2026-11-22T16:00:00.120Z",
    }),
  );
  let asked = 0;
  const context = {
    get asked() {
      asked++;
      return "y";
    },
  };
  assert.equal(evaluateFlag(snapshot, "f00", context, "false").reason, "DEFAULT");
  assert.equal(asked, 1);
});
