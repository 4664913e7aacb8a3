import assert from "node:assert/strict";
import { test } from "node:test";
import { changesBetween } from "../../src/openfeature/changes.js";
import { writeCanonical, type Json } from "../../src/snapshot/json.js";
import { parseSnapshot } from "../../src/snapshot/reader.js";
import { experimentTree, snapshotTree } from "../support.js";
import { snapshot } from "./flags.js";

type Tree = Record<string, Json>;

function between(before: Tree, after: Tree): string[] {
  const [was, is] = [before, after].map((tree) => parseSnapshot(writeCanonical(tree)));
  return changesBetween(was!, is!);
}

function list(of: Json | undefined): Tree[] {
  return of as Tree[];
}

test("a new position alone changes nothing", () => {
  assert.deepEqual(between(snapshot(1), snapshot(2)), []);
});

test("flags and experiments that came, went or differ are named once each, in order", () => {
  const before = snapshot(1);
  const after = snapshot(2, "killed");
  const flags = list(after["flags"]);
  flags.find(({ key }) => key === "wrong-flag")!["enabled"] = false;
  flags.shift();
  list(after["experiments"]).push({ ...list(after["experiments"])[1]!, key: "sent" });
  assert.deepEqual(between(before, after), ["boolean-flag", "checkout", "sent", "wrong-flag"]);
  assert.deepEqual(between(after, before), ["boolean-flag", "checkout", "sent", "wrong-flag"]);
});

test("what stands above experiments changes all of them, and no flag", () => {
  const holdout = { key: "h", salt: "h", scope: { kind: "global" }, slots: 100, unit: "user_id" };
  const frames: Tree[] = [
    { kill_switch: true },
    { holdouts: [holdout] },
    { exclusion_sets: [{ key: "s", salt: "s", unit: "user_id" }] },
  ];
  for (const frame of frames) {
    assert.deepEqual(between(snapshot(1), { ...snapshot(2), ...frame }), ["checkout", "plain"]);
  }
});

test("format 1 has experiments alone", () => {
  const after = { ...snapshotTree(2), experiments: [experimentTree("checkout"), experimentTree("search")] };
  assert.deepEqual(between(snapshotTree(1), after), ["search"]);
});
