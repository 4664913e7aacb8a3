import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { memoryStorage } from "../../src/index.js";
import { writeCanonical } from "../../src/snapshot/json.js";
import { revocation, rotation, Signer, snapshotTree, until } from "../support.js";
import { Heard, Platform } from "./platform.js";

const TOP = Number.MAX_SAFE_INTEGER;
let platform: Platform;
let first: Signer;
let second: Signer;

beforeEach(async () => {
  platform = await new Platform().start();
  first = platform.signer;
  second = new Signer();
});
afterEach(() => platform.end());

function signed(text: string, ...signers: readonly Signer[]): string {
  return `${text}\n${signers.map((signer) => signer.line(text)).join("")}`;
}

function publish(position: number, ...signers: readonly Signer[]): void {
  platform.publishNote(position, signed(`${writeCanonical(snapshotTree(position))}\n`, ...signers));
}

for (const mode of ["polling", "streaming"] as const) {
  test(`12.2, 12.3 and 12.5: ${mode}, a pinned key is followed through an overlap and after`, async () => {
    publish(10, first);
    const client = platform.client({ mode });
    await until("10", () => client.snapshot?.position === 10);
    platform.statements.push(rotation(first, second));
    publish(11, second, first);
    await until("11", () => client.snapshot?.position === 11);
    publish(12, second);
    await until("12", () => client.snapshot?.position === 12);
    assert.deepEqual(client.counters().snapshotsRefused, {});
    publish(13, first);
    await until("retired", () => (client.counters().snapshotsRefused.KEY_RETIRED ?? 0) > 0);
    assert.equal(client.snapshot?.position, 12);
  });
}

test("12.4 and 12.6: a stolen key is revoked, and what it signed is replaced", async () => {
  publish(10, first);
  const client = platform.client({ mode: "polling" });
  await until("10", () => client.snapshot?.position === 10);
  publish(TOP, first);
  await until("the thief's", () => client.snapshot?.position === TOP);
  platform.statements.push(rotation(first, second), revocation(second, first));
  publish(11, second);
  await until("11", () => client.snapshot?.position === 11);
  publish(12, first);
  await until("revoked", () => (client.counters().snapshotsRefused.KEY_REVOKED ?? 0) > 0);
  assert.equal(client.snapshot?.position, 11);
});

test("12.2: a statement that is refused is reported, and the next one is read", async () => {
  platform.statements.push("no statement", rotation(second, new Signer()), rotation(first, second));
  publish(10, second);
  const heard = new Heard();
  const client = platform.client({ mode: "polling", listener: heard });
  await until("10", () => client.snapshot?.position === 10);
  assert.equal(heard.problems.filter((each) => each.includes("MALFORMED")).length, 1);
});

test("12.5: statements are kept, and what is kept is checked by them", async () => {
  const storage = memoryStorage();
  platform.statements.push(rotation(first, second));
  publish(10, second);
  const before = platform.client({ storage });
  await until("10", () => before.snapshot?.position === 10);
  await before.close();
  await platform.stop();
  const after = platform.client({ storage });
  assert.equal(after.snapshot?.position, 10);
  assert.deepEqual(after.counters().snapshotsRefused, {});
});

test("12.5: forged signature lines make no flood of requests", async () => {
  publish(10, first);
  const client = platform.client({ pollIntervalMillis: 3_600_000 });
  await until("a stream", () => platform.openStreams === 1);
  for (let i = 0; i < 20; i++) {
    publish(11, new Signer());
  }
  await until("refused", () => client.counters().snapshotsRefused.NOT_SIGNED_BY_KEY === 20);
  assert.ok(platform.keyRequests <= 2, `${platform.keyRequests} requests`);
  assert.equal(client.snapshot?.position, 10);
});
