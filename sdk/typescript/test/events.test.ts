import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../src/evaluate/evaluator.js";
import {
  decimal,
  exposureEvent,
  exposureOf,
  outcomeEvent,
  outcomeOf,
  type Event,
} from "../src/events/event.js";
import { ExposureFilter } from "../src/events/filter.js";
import { EventQueue, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from "../src/events/queue.js";
import { uuidV7 } from "../src/events/uuid.js";
import { writeCanonical, type Json } from "../src/snapshot/json.js";
import { parseSnapshot } from "../src/snapshot/reader.js";
import { snapshotTree } from "./support.js";

const NOW = Date.UTC(2026, 10, 22, 16, 0, 0, 5);

function decided(subject: string, members: Record<string, Json> = {}) {
  const snapshot = parseSnapshot(writeCanonical(snapshotTree(7, members)));
  return evaluate(snapshot, "checkout", { user_id: subject }, "f");
}

test("6.2: ids are UUIDs of version 7, of their time, and none comes twice", () => {
  const ids = Array.from({ length: 1_000 }, () => uuidV7(NOW));
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(parseInt(id.slice(0, 8) + id.slice(9, 13), 16), NOW);
  }
  assert.equal(new Set(ids).size, ids.length);
});

test("6.2: an exposure has what the collector takes", () => {
  const segments = { country: "DE", long: "😀".repeat(40), ["n".repeat(40)]: "x" };
  const exposure = exposureOf(decided("1", { epoch: 3 }), NOW, "", segments);
  const tree = JSON.parse(exposureEvent(exposure).json) as Record<string, unknown>;
  assert.deepEqual(
    { ...tree, id: "" },
    {
      id: "",
      experiment: "checkout",
      variant: decided("1").variant,
      subject: decided("1").hashedSubject,
      time: "2026-11-22T16:00:00.005Z",
      surface: "checkout",
      epoch: 3,
      position: 7,
      segments: { country: "DE", long: "😀".repeat(32), ["n".repeat(32)]: "x" },
    },
  );
  const odd = exposureOf(decided("1"), NOW, "web", { a: "x" + "😀".repeat(40) });
  assert.equal(odd.surface, "web");
  assert.equal(odd.segments?.["a"], "x" + "😀".repeat(31));
});

test("6.2: at most 8 segments, and no exposure of what assigned nobody", () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`s${i}`, "x"]));
  assert.equal(Object.keys(exposureOf(decided("1"), NOW, "", many).segments ?? {}).length, 8);
  assert.throws(() => exposureOf(decided("1", { status: "killed" }), NOW, "", {}), RangeError);
  const lone = exposureOf(decided("1"), NOW, "", { a: "\ud800" });
  assert.throws(() => exposureEvent(lone), RangeError);
});

test("6.4: a value is the shortest decimal, rounded half to even to six places", () => {
  const values: [number, string][] = [
    [1, "1"],
    [0, "0"],
    [-0, "0"],
    [1.5, "1.5"],
    [-1.5, "-1.5"],
    [0.1 + 0.2, "0.3"],
    [0.0000005, "0"],
    [0.0000015, "0.000002"],
    [0.0000025, "0.000002"],
    [0.00000051, "0.000001"],
    [-0.0000001, "0"],
    [1e9, "1000000000"],
    [123456789.1234565, "123456789.123456"],
    [1e-7, "0"],
    [2.5e-6, "0.000002"],
    [3e-20, "0"],
    [999999.9999999, "1000000"],
    [100, "100"],
  ];
  for (const [value, text] of values) {
    assert.equal(decimal(value), text, String(value));
  }
});

test("6.4: an outcome carries its value as a number within 1e9", () => {
  const json = outcomeEvent(outcomeOf("h", "revenue", 12.3456789, NOW)).json;
  assert.match(json, /,"value":12\.345679\}$/);
  const tree = JSON.parse(json) as Record<string, unknown>;
  assert.deepEqual(Object.keys(tree).sort(), ["id", "metric", "subject", "time", "value"]);
  for (const value of [NaN, Infinity, -Infinity, 1_000_000_001]) {
    assert.throws(() => outcomeOf("h", "m", value, NOW), RangeError);
  }
  assert.throws(() => outcomeEvent(outcomeOf("h", "\udc00", 1, NOW)), RangeError);
});

test("6.3: an exposure passes once for subject, experiment, variant and epoch", () => {
  const filter = new ExposureFilter(1_000);
  assert.equal(filter.pass(decided("1")), true);
  assert.equal(filter.pass(decided("1")), false);
  assert.equal(filter.pass(decided("2")), true);
  assert.equal(filter.pass(decided("1", { epoch: 1 })), true);
  const other = [
    { from: 0, to: 5_000, variant: "treatment" },
    { from: 5_000, to: 10_000, variant: "control" },
  ];
  assert.equal(filter.pass(decided("1", { allocation: other })), true);
  assert.equal(filter.pass(decided("1")), false);
  assert.equal(filter.pass(decided("3", { status: "killed" })), false);
  filter.forget(decided("1"));
  assert.equal(filter.pass(decided("1")), true);
});

test("6.3: memory is bounded, and what was seen last is remembered", () => {
  const filter = new ExposureFilter(100);
  const decisions = Array.from({ length: 500 }, (_, i) => decided(String(i)));
  decisions.forEach((decision) => filter.pass(decision));
  assert.ok(decisions.slice(-50).every((decision) => !filter.pass(decision)));
  assert.equal(filter.pass(decisions[0]!), true);
  // Seen again and again, it stays, whatever else comes.
  for (const decision of decisions) {
    assert.equal(filter.pass(decisions[0]!), false);
    filter.pass(decision);
  }
});

function event(bytes = 10): Event {
  return { kind: "outcome", json: `"${"x".repeat(bytes - 2)}"` };
}

test("6.6: unsettled events are bounded; the new one is dropped and counted", () => {
  const queue = new EventQueue(3);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => queue.offer(event())),
    [true, true, true, false],
  );
  const batch = queue.take();
  assert.equal(queue.offer(event()), false, "a batch in flight keeps its room");
  assert.equal(queue.unsettled().length, 3);
  queue.settle(batch!);
  queue.settle(batch!);
  assert.equal(queue.offer(event()), true);
  assert.deepEqual([queue.pending, queue.recorded, queue.dropped], [1, 4, 2]);
});

test("6.5: batches have at most 1,000 events and 1,000,000 bytes, in the order of the offers", () => {
  const queue = new EventQueue(10_000);
  for (let i = 0; i < 2_500; i++) {
    queue.offer({ kind: i % 2 === 0 ? "exposure" : "outcome", json: String(i) });
  }
  assert.deepEqual(
    [queue.take()?.size, queue.take()?.size, queue.take()?.size],
    [MAX_BATCH_EVENTS, 1_000, 500],
  );
  assert.equal(queue.take(), undefined);
  for (let i = 0; i < 9; i++) {
    queue.offer(event(300_000));
  }
  const sizes = [1, 2, 3].map(() => queue.take()?.body.length ?? 0);
  assert.ok(
    sizes.every((size) => size > 900_000 && size <= MAX_BATCH_BYTES),
    String(sizes),
  );
  assert.equal(queue.offer(event(500_001)), false);
});

test("6.5: a batch is the JSON of its events", () => {
  const queue = new EventQueue(10);
  queue.offer({ kind: "outcome", json: '{"a":1}' });
  queue.offer({ kind: "exposure", json: '{"b":2}' });
  queue.offer({ kind: "exposure", json: '{"c":3}' });
  const body = new TextDecoder().decode(queue.take()?.body);
  assert.equal(body, '{"exposures":[{"b":2},{"c":3}],"outcomes":[{"a":1}]}');
});
