import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trialog } from "../src/index.js";
import { Overrides } from "../src/index.js";
import { TestClient } from "../src/testing.js";

/** What an application's own code looks like. */
function colourFor(trialog: Trialog, user: string): string {
  const decision = trialog.evaluate("checkout", { user_id: user }, "control");
  const isText = (value: unknown): value is string => typeof value === "string";
  return decision.variant === "treatment" ? decision.payloadAs(isText, "plain") : "grey";
}

test("5.1: a test client assigns what the test says, by the rules of the real one", () => {
  const trialog = new TestClient();
  assert.equal(trialog.evaluate("checkout", { user_id: "1" }, "mine").reason, "UNKNOWN_EXPERIMENT");
  trialog.assign("checkout", "treatment", "green");
  assert.equal(colourFor(trialog, "1"), "green");
  assert.equal(trialog.evaluate("checkout", {}, "mine").reason, "UNIT_MISSING");
  trialog.kill("checkout");
  assert.equal(colourFor(trialog, "1"), "grey");
  assert.equal(trialog.peek("checkout", { user_id: "1" }, "mine").reason, "KILLED");
  trialog.assign("checkout", "control");
  assert.equal(trialog.peek("checkout", { user_id: "1" }, "mine").reason, "ASSIGNED");
});

test("6.3 and 6.4: a test client shows what the collector would get", () => {
  const trialog = new TestClient("device_id").assign("a", "treatment").assign("b", "control");
  trialog.evaluate("a", { device_id: "1" }, "f");
  trialog.evaluate("a", { device_id: "1" }, "f");
  trialog.peek("b", { device_id: "1" }, "f");
  trialog.track({ device_id: "1" }, "revenue", 2.5);
  trialog.track({ device_id: "1" }, "revenue", NaN);
  trialog.track({ user_id: "1" }, "revenue", 1);
  assert.deepEqual(
    trialog.exposures.map(({ experiment, variant }) => [experiment, variant]),
    [["a", "treatment"]],
  );
  assert.deepEqual(
    trialog.outcomes.map(({ metric, value }) => [metric, value]),
    [["revenue", "2.5"]],
  );
  assert.equal(trialog.outcomes[0]?.subject, trialog.exposures[0]?.subject);
});

test("9.13: a flag has the type of its fallback, or what the guard accepts", () => {
  const trialog = new TestClient();
  const context = { user_id: "1" };
  const isList = (value: unknown): value is string[] => Array.isArray(value);
  assert.equal(trialog.flag("dark", context, false), false);
  trialog
    .setFlag("dark", true)
    .setFlag("limit", 5)
    .setFlag("name", "x")
    .setFlag("list", ["a"])
    .setFlag("nil", null);
  assert.equal(trialog.flag("dark", context, false), true);
  assert.equal(trialog.flag("limit", context, 1), 5);
  assert.equal(trialog.flag("name", context, "y"), "x");
  assert.deepEqual(trialog.flag("list", context, [], isList), ["a"]);
  assert.equal(trialog.flag("dark", context, "text"), "text");
  assert.equal(trialog.flag("limit", context, true), true);
  assert.deepEqual(trialog.flag("nil", context, ["mine"], isList), ["mine"]);
  assert.deepEqual(trialog.flagDecision("limit", context, "0").reason, "DEFAULT");
  assert.deepEqual(trialog.flagDecision("other", context, "0").reason, "UNKNOWN_FLAG");
});

test("5.1: a test client takes overrides, and shows all experiments", () => {
  const trialog = new TestClient().assign("a", "treatment").assign("b", "control");
  trialog.override(Overrides.none.withAll("a", "control"));
  const all = trialog.evaluateAll({ user_id: "1" });
  assert.deepEqual(
    [...all].map(([key, { variant, reason }]) => [key, variant, reason]),
    [
      ["a", "control", "OVERRIDE"],
      ["b", "control", "ASSIGNED"],
    ],
  );
  assert.deepEqual(trialog.exposures, []);
});

test("a test client tells what could not be recorded, and forgets what was", () => {
  const trialog = new TestClient().assign("a", "treatment");
  trialog.evaluate("a", { user_id: "1" }, "f");
  trialog.track({ user_id: "1" }, "revenue", 1);
  trialog.track({ user_id: "1" }, "revenue", NaN);
  assert.deepEqual([trialog.exposures.length, trialog.outcomes.length], [1, 1]);
  assert.deepEqual(trialog.problems, ["an outcome could not be recorded"]);
  trialog.forgetEvents();
  trialog.evaluate("a", { user_id: "1" }, "f");
  assert.deepEqual([trialog.exposures, trialog.outcomes, trialog.problems], [[], [], []]);
  trialog.evaluate("a", { user_id: "2" }, "f");
  assert.equal(trialog.exposures.length, 1);
});
