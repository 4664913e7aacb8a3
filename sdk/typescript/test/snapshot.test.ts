import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../src/hash/utf8.js";
import { SnapshotHolder } from "../src/snapshot/holder.js";
import { readCanonical, writeCanonical, type Json } from "../src/snapshot/json.js";
import {
  MAX_BYTES,
  openSnapshot,
  openSnapshotNow,
  parseSnapshot,
  SnapshotRefused,
} from "../src/snapshot/reader.js";
import { compareVersions, version } from "../src/snapshot/version.js";
import { experimentTree, randomOf, Signer, snapshotTree } from "./support.js";

const TARGETED = {
  targeting: [{ attribute: "country", operator: "in", values: ["US"] }],
  winner: "treatment",
};
const EXAMPLE = writeCanonical(snapshotTree(123, TARGETED));

function reasonOf(work: () => unknown): string {
  try {
    work();
    return "accepted";
  } catch (error) {
    assert.ok(error instanceof SnapshotRefused, String(error));
    return error.reason;
  }
}

test("3.1: keys are sorted by code units and escapes are the shortest", () => {
  const sorted =
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin","€":"Euro","😀":"Smiley","\ufb33":"Hebrew"}';
  assert.equal(writeCanonical(readCanonical(sorted)), sorted);
  const read = JSON.parse(
    '"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/\\b\\f\\t\\r\\u007f"',
  ) as string;
  assert.equal(writeCanonical(read), '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\\b\\f\\t\\r\u007f"');
});

test("3.1: what is not in canonical form is refused", () => {
  const texts = [
    "",
    " ",
    "{",
    "[1,]",
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    "01",
    "-0",
    "1.0",
    "1e2",
    "1.5",
    "9007199254740992",
    "-9007199254740992",
    "NaN",
    "[1 ]",
    " 1",
    "1\n",
    '{"b":1,"a":2}',
    '"\\ud800"',
    '"\ud800"',
    '"\\u0041"',
    '"\\/"',
    '"\\u000A"',
    "'a'",
    "tru",
    "\ufeff1",
    '{"__proto__":1,"__proto__":1}',
  ];
  for (const text of texts) {
    assert.throws(() => readCanonical(text), Error, text);
  }
  for (const text of ["9007199254740991", "-9007199254740991", "0", '{"__proto__":{"a":1}}', "[[],{}]"]) {
    assert.equal(writeCanonical(readCanonical(text)), text);
  }
});

test("3.1: nesting stops at 32", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(writeCanonical(readCanonical(nested(33))), nested(33));
  assert.throws(() => readCanonical(nested(34)), /nesting/);
  assert.equal(
    reasonOf(() => parseSnapshot("[".repeat(100_000))),
    "NOT_CANONICAL",
  );
  assert.equal(
    reasonOf(() => parseSnapshot(nested(100_000))),
    "NOT_CANONICAL",
  );
});

const BROKEN = [
  ["NOT_CANONICAL", '"position":123', '"position":123.0'],
  ["NOT_CANONICAL", '"position":123', '"position":0123'],
  ["NOT_CANONICAL", '"position":123', '"position":-0'],
  ["NOT_CANONICAL", '"position":123', '"position":9007199254740992'],
  ["NOT_CANONICAL", '"position":123', '"position":123,"position":123'],
  ["NOT_CANONICAL", '"position":123', '"position": 123'],
  ["NOT_CANONICAL", '"format":1,"position":123', '"position":123,"format":1'],
  ["NOT_CANONICAL", "blå", "bl\\u00e5"],
  ["NOT_CANONICAL", "blå", "bl\\ud800"],
  ["UNKNOWN_FORMAT", '"format":1', '"format":2'],
  ["UNKNOWN_FORMAT", '"format":1', '"format":-1'],
  ["INVALID", '"format":1', '"format":"1"'],
  ["INVALID", '"format":1', '"format":null'],
  ["INVALID", '"format":1,', ""],
  ["INVALID", '"position":123', '"position":-1'],
  ["INVALID", '"position":123', '"position":"123"'],
  ["INVALID", '"format":1', '"flavour":1,"format":1'],
  ["INVALID", '"epoch":0', '"epoch":-1'],
  ["INVALID", '"epoch":0', '"epoch":2147483648'],
  ["INVALID", '"epoch":0', '"epoch":null'],
  ["INVALID", '"epoch":0,', ""],
  ["INVALID", '"from":5000', '"from":4999'],
  ["INVALID", '"to":10000', '"to":10001'],
  ["INVALID", '"to":10000', '"to":5000'],
  ["INVALID", '10000,"variant":"treatment"', '10000,"variant":"other"'],
  ["INVALID", '"winner":"treatment"', '"winner":"other"'],
  ["INVALID", '"control":"control"', '"control":"other"'],
  ["INVALID", '"key":"checkout"', '"key":"Checkout"'],
  ["INVALID", '"status":"running"', '"status":"draft"'],
  ["INVALID", '"operator":"in"', '"operator":"matches"'],
  ["INVALID", '["US"]', "[1]"],
  ["INVALID", '["US"]', '"US"'],
  ["INVALID", '{"key":"control"},', '{"key":"treatment"},'],
  ["INVALID", '"unit":"user_id"', '"unit":""'],
  ["INVALID", '"environment":"production"', '"environment":"Production"'],
  ["INVALID", '"fallback_unit":"device_id"', '"fallback_unit":null'],
  ["INVALID", "00.120Z", "00.12Z"],
  ["INVALID", "00.120Z", "00.120+00:00"],
  ["INVALID", "2026-11-22T", "2026-11-31T"],
  ["INVALID", "2026-11-22T", "1969-11-22T"],
  ["INVALID", "T16:00:00", "T24:00:00"],
] as const;

test("3.2 to 3.5: a snapshot that breaks a rule is refused for it", () => {
  assert.equal(
    reasonOf(() => parseSnapshot(EXAMPLE)),
    "accepted",
  );
  for (const [reason, found, instead] of BROKEN) {
    const broken = EXAMPLE.replace(found, instead);
    assert.notEqual(broken, EXAMPLE, found);
    assert.equal(
      reasonOf(() => parseSnapshot(broken)),
      reason,
      `${found} ${instead}`,
    );
  }
});

function experimentWith(members: Record<string, Json>): string {
  return reasonOf(() => parseSnapshot(writeCanonical(snapshotTree(1, members))));
}

test("3.4: a bound is met, and one more is refused", () => {
  const ranges = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ from: i, to: i + 1, variant: "control" }));
  const variants = (count: number) => [
    ...[{ key: "control" }, { key: "treatment" }],
    ...Array.from({ length: count - 2 }, (_, i) => ({ key: `v${i}` })),
  ];
  const conditions = (count: number) =>
    Array.from({ length: count }, () => ({ attribute: "a", operator: "in", values: [] }));
  const values = (count: number) => [
    { attribute: "a", operator: "in", values: Array.from({ length: count }, (_, i) => String(i)) },
  ];
  const payload = (length: number) => [{ key: "control", payload: "x".repeat(length) }, { key: "treatment" }];
  const bounds: [string, (size: number) => Json, number][] = [
    ["allocation", ranges, 1_000],
    ["variants", variants, 1_000],
    ["targeting", conditions, 1_000],
    ["targeting", values, 10_000],
    ["variants", payload, 65_536],
    ["surface", (length) => "x".repeat(length), 1_024],
    ["epoch", (epoch) => epoch, 2_147_483_647],
  ];
  for (const [member, made, bound] of bounds) {
    assert.equal(experimentWith({ [member]: made(bound) }), "accepted", member);
    assert.equal(experimentWith({ [member]: made(bound + 1) }), "INVALID", member);
  }
  const keyed = (length: number) => ({
    variants: [{ key: "control" }, { key: "treatment" }, { key: "k".repeat(length) }],
  });
  assert.equal(experimentWith(keyed(63)), "accepted");
  assert.equal(experimentWith(keyed(64)), "INVALID");
});

test("4.3: what is too large is refused before it is read", () => {
  const key = new Signer().verifierKey;
  assert.equal(
    reasonOf(() => openSnapshotNow(new Uint8Array(MAX_BYTES + 1), key, "production")),
    "TOO_LARGE",
  );
  assert.equal(
    reasonOf(() => openSnapshotNow(new Uint8Array(MAX_BYTES), key, "production")),
    "NOT_A_NOTE",
  );
});

test("4.3: an older position is refused, the same one changes nothing, also when offers overlap", async () => {
  const signer = new Signer();
  const holder = new SnapshotHolder("production", signer.verifierKey);
  const at = (position: number) => signer.snapshot(snapshotTree(position));
  assert.equal(await holder.offer(at(5)), true);
  assert.equal(await holder.offer(at(5)), false);
  await assert.rejects(holder.offer(at(4)), { reason: "OLDER_POSITION" });
  // Both are verified at the same time; whichever comes in second, the newer one stays.
  const both = await Promise.allSettled([holder.offer(at(9)), holder.offer(at(8))]);
  assert.equal(both[0].status, "fulfilled");
  assert.equal(holder.current?.position, 9);
  const before = { ...holder.refusals };
  assert.equal(holder.restore(at(3)), false);
  assert.deepEqual(holder.refusals, before);
  assert.equal(holder.restore(at(10)), true);
});

function mutated(good: Uint8Array, random: (bound: number) => number): Uint8Array {
  let bytes = good.slice();
  for (let n = 1 + random(3); n > 0; n--) {
    const at = random(bytes.length);
    const from = random(bytes.length);
    switch (random(4)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes = bytes.slice(0, Math.max(1, at));
        break;
      case 2:
        bytes[at] = bytes[from]!;
        break;
      default:
        bytes.copyWithin(at, from, from + 20);
    }
  }
  return bytes;
}

test("4.3: hostile bytes are refused with a reason, and never break the reader", async () => {
  const signer = new Signer();
  const note = utf8(signer.snapshot(snapshotTree(123, TARGETED)));
  for (const seed of [1, 2, 3]) {
    const random = randomOf(seed);
    for (let round = 0; round < 400; round++) {
      const bytes = mutated(note, random);
      try {
        // Only what is not signed may change: lines of others, the bits behind the base64.
        const read = await openSnapshot(bytes, signer.verifierKey, "production");
        assert.equal(read.position, 123, `seed ${seed} round ${round}`);
      } catch (error) {
        assert.ok(error instanceof SnapshotRefused, `seed ${seed} round ${round}: ${error}`);
      }
    }
  }
});

test("3.1: hostile JSON is refused with a reason, and what is accepted is canonical", () => {
  for (const seed of [4, 5, 6]) {
    const random = randomOf(seed);
    for (let round = 0; round < 2_000; round++) {
      const text = new TextDecoder().decode(mutated(utf8(EXAMPLE), random));
      const reason = reasonOf(() => parseSnapshot(text));
      if (reason === "accepted") {
        assert.equal(writeCanonical(JSON.parse(text) as Json), text, `seed ${seed} round ${round}`);
      }
    }
  }
});

test("4.3: a refusal tells nothing of the text", () => {
  const secret = EXAMPLE.replace("checkout", "Secret");
  for (const text of [secret, secret.slice(0, -2), `${secret}Secret`]) {
    try {
      parseSnapshot(text);
      assert.fail("accepted");
    } catch (error) {
      assert.doesNotMatch(String(error), /Secret/);
    }
  }
});

test("9.6: versions have the precedence of semver.org, item 11", () => {
  const ascending = [
    "0.0.0",
    "0.0.9",
    "0.0.10",
    "1.0.0-0",
    "1.0.0-1",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1",
    "1.9.0",
    "1.10.0",
    "10.0.0",
    "99999999999999999999.0.0",
    "100000000000000000000.0.0",
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assert.equal(
        Math.sign(compareVersions(version(a)!, version(`${b}+build.7`)!)),
        Math.sign(i - j),
        `${a} ${b}`,
      );
    }
  }
  for (const text of [
    "",
    "1",
    "1.0",
    "1.0.0.0",
    "01.0.0",
    "1.0.0-",
    "1.0.0-01",
    "1.0.0+",
    "v1.0.0",
    "1.0.0-a..b",
    "1.0.0\n",
  ]) {
    assert.equal(version(text), undefined, text);
  }
});

test("9.1: a snapshot of format 2 needs all of its members", () => {
  const tree = { ...snapshotTree(1), format: 2 };
  assert.equal(
    reasonOf(() => parseSnapshot(writeCanonical(tree))),
    "UNKNOWN_FORMAT",
  );
  const whole = { ...tree, exclusion_sets: [], experiments: [], flags: [], holdouts: [], kill_switch: false };
  assert.equal(
    reasonOf(() => parseSnapshot(writeCanonical(whole))),
    "accepted",
  );
  const first = { ...whole, experiments: [experimentTree("checkout")] };
  assert.equal(
    reasonOf(() => parseSnapshot(writeCanonical(first))),
    "INVALID",
  );
});
