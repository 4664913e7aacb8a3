import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { enrol, slotTable, type SlotRange } from "../src/hash/shares.js";
import { sha256 } from "../src/hash/sha256.js";
import { hashSubject, rememberedSlotOf, saltPrefix, slot } from "../src/hash/slots.js";
import { encodeUtf8, isWellFormed, utf8 } from "../src/hash/utf8.js";
import { sha512 } from "../src/note/sha512.js";
import { randomOf } from "./support.js";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

test("1.1: SHA-256 of the examples of FIPS 180-4", () => {
  assert.equal(hex(sha256(utf8("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(
    hex(sha256(utf8("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

test("1.1: SHA-256 and SHA-512 of every length over three blocks are OpenSSL's", () => {
  const random = randomOf(1);
  for (let length = 0; length <= 400; length++) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    assert.equal(hex(sha256(bytes)), createHash("sha256").update(bytes).digest("hex"));
    assert.equal(hex(sha512(bytes)), createHash("sha512").update(bytes).digest("hex"));
  }
});

test("4.1: SHA-512 of parts is that of the whole, also of a megabyte", () => {
  const random = randomOf(2);
  const bytes = Uint8Array.from({ length: 1_000_003 }, () => random(256));
  assert.equal(
    hex(sha512(bytes.subarray(0, 77), bytes.subarray(77))),
    createHash("sha512").update(bytes).digest("hex"),
  );
});

test("1.1: the digest is one unsigned 256-bit number, modulo 10,000", () => {
  for (let i = 0; i < 2_000; i++) {
    const digest = createHash("sha256").update(`checkout:${i}`).digest("hex");
    assert.equal(slot("checkout", String(i)), Number(BigInt(`0x${digest}`) % 10_000n));
  }
});

test("1.2: a lone surrogate counts as a question mark, a pair as itself", () => {
  assert.equal(slot("a", "x\ud800y"), slot("a", "x?y"));
  assert.equal(slot("a", "\udc00\ud800"), slot("a", "??"));
  assert.equal(slot("\ud83d", "\ude00"), slot("?", "?"));
  assert.notEqual(slot("a", "\ud83d\ude00"), slot("a", "??"));
  const bytes = new Uint8Array(20);
  const end = encodeUtf8("aé漢😀\uffff", bytes, 0);
  assert.deepEqual(bytes.slice(0, end), utf8("aé漢😀\uffff"));
  assert.deepEqual(["a😀", "\ud83d", "\ude00x"].map(isWellFormed), [true, false, false]);
});

test("1.2: keys of any length have a slot, and long ones leave nothing behind", () => {
  const long = "x".repeat(100_000);
  const digest = createHash("sha256").update(`s:${long}`).digest("hex");
  assert.equal(slot("s", long), Number(BigInt(`0x${digest}`) % 10_000n));
  assert.equal(slot("s", "1"), slot("s", "1"));
});

test("9.10 and 9.11: a remembered slot is the slot, for more salts and subjects than are remembered", () => {
  const prefixes = Array.from({ length: 12 }, (_, i) => saltPrefix(`set:${i}`));
  for (let round = 0; round < 3; round++) {
    for (const subject of ["1", "2", "1"]) {
      prefixes.forEach((prefix, i) => {
        assert.equal(rememberedSlotOf(prefix, subject), slot(`set:${i}`, subject));
      });
    }
  }
});

test("6.1: the hashed subject is 22 characters of the digest", () => {
  for (const subject of ["1", "漢字", "x".repeat(300)]) {
    const digest = createHash("sha256").update(`trialog:production:user_id:${subject}`).digest();
    const wanted = digest.subarray(0, 16).toString("base64url");
    assert.equal(hashSubject("production", "user_id", subject), wanted);
    assert.equal(wanted.length, 22);
  }
});

function owner(ranges: readonly SlotRange[], slot: number): string | undefined {
  return ranges.find(({ from, to }) => from <= slot && slot < to)?.variant;
}

test("2.1: 0.9 and 0.05 are added as doubles", () => {
  const shares = [
    ["control", 0.9],
    ["a", 0.05],
    ["b", 0.05],
  ] as const;
  assert.deepEqual(
    slotTable(shares, "control").map(({ from, to, variant }) => [from, to, variant]),
    [
      [0, 9000, "control"],
      [9000, 9501, "a"],
      [9501, 10000, "b"],
    ],
  );
});

test("2.1: shares that cannot be meant are refused", () => {
  for (const share of [-0.1, NaN, Infinity]) {
    assert.throws(() => slotTable([["a", share]], "control"), RangeError);
  }
  assert.throws(() => slotTable([], "control"), RangeError);
  assert.throws(
    () =>
      slotTable(
        [
          ["a", 0.1],
          ["a", 0.2],
        ],
        "control",
      ),
    RangeError,
  );
});

test("2.2 and 2.3: more traffic enrols every slot that less enrolled, for the same variant", () => {
  const random = randomOf(3);
  const table = slotTable(
    [
      ["a", 0.333],
      ["control", 0.5],
      ["b", 0.1],
    ],
    "control",
  );
  let before = enrol(table, 0);
  assert.deepEqual(before, []);
  for (let ppm = 0; ppm < 1_000_000; ppm += 1 + random(60_000)) {
    const after = enrol(table, ppm);
    for (let slot = 0; slot < 10_000; slot += 7) {
      const was = owner(before, slot);
      assert.ok(was === undefined || was === owner(after, slot), `slot ${slot} at ${ppm}`);
    }
    before = after;
  }
  assert.deepEqual(enrol(table, 1_000_000), table);
  assert.throws(() => enrol(table, 1_000_001), RangeError);
  assert.throws(() => enrol(table, 0.5), RangeError);
});
