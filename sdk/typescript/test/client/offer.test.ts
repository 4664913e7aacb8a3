/** Protocol clauses 13.1 and 13.3. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { memoryStorage } from "../../src/index.js";
import { utf8 } from "../../src/hash/utf8.js";
import { rotation, Signer, snapshotTree, until } from "../support.js";
import { Heard, Platform } from "./platform.js";

const USER = { user_id: "630001" };
let platform: Platform;

beforeEach(async () => {
  platform = await new Platform().start();
});
afterEach(() => platform.end());

test("13.3: an offered note is served as STALE until the server confirms it", async () => {
  const client = platform.client();
  assert.equal(client.environment, "production");
  assert.equal(await client.offer(platform.snapshotAt(10), "push"), "ACCEPTED");
  assert.deepEqual([client.snapshot?.experimentKeys, client.snapshot?.flagKeys], [["checkout"], []]);
  assert.equal(client.state, "STALE");
  platform.publish(10);
  await until("ready", () => client.state === "READY");
  assert.equal(await client.offer(utf8(platform.snapshotAt(10)), "push"), "UNCHANGED");
  const killed = utf8(platform.snapshotAt(11, { status: "killed" }));
  assert.equal(await client.offer(killed, "push"), "ACCEPTED");
  assert.equal(client.peek("checkout", USER, "mine").reason, "KILLED", "8.3");
  assert.equal(client.state, "READY");
  assert.equal(client.counters().snapshotsAccepted, 2);
});

test("13.1: a listener hears by which way a refused snapshot came", async () => {
  const forger = new Signer();
  const forged = forger.snapshot(snapshotTree(11, { status: "killed" }));
  const storage = memoryStorage();
  void storage.write("production.snapshot", forged);
  platform.publishNote(9, forged);
  const heard = new Heard();
  const client = platform.client({ storage, bootstrap: forged, listener: heard });
  assert.deepEqual(heard.refusals, ["bootstrap NOT_SIGNED_BY_KEY", "disk NOT_SIGNED_BY_KEY"]);
  await until("http", () => heard.refusals.includes("http NOT_SIGNED_BY_KEY"));
  platform.publish(10);
  await until("a stream", () => platform.openStreams === 1 && client.snapshot?.position === 10);
  platform.publishNote(11, forged);
  await until("stream", () => heard.refusals.includes("stream NOT_SIGNED_BY_KEY"));
  assert.equal(await client.offer(platform.snapshotAt(8), "redis"), "REFUSED");
  assert.equal(heard.refusals.at(-1), "redis OLDER_POSITION");
  assert.ok(heard.problems.includes(
    "snapshot refused (redis): OLDER_POSITION: expected a position of at least 10, found 8",
  ));
  assert.equal(client.counters().snapshotsRefused.OLDER_POSITION, 1);
});

test("13.1: of many offers at once the newest is served, and kept", async () => {
  const storage = memoryStorage();
  const heard = new Heard();
  const client = platform.client({ storage, listener: heard });
  const positions = [3, 1, 9, 4, 12, 11, 12, 2];
  const offers = await Promise.all(positions.map((at) => client.offer(platform.snapshotAt(at), "push")));
  const wanted = "ACCEPTED REFUSED ACCEPTED REFUSED ACCEPTED REFUSED UNCHANGED REFUSED";
  assert.deepEqual(offers.join(" "), wanted);
  assert.deepEqual(heard.positions, [3, 9, 12]);
  assert.match((await storage.read("production.snapshot")) ?? "", /"position":12,/);
});

test("13.1: a client without a key says so, and a closed one too; nothing rejects", async () => {
  platform.status = 503;
  const client = platform.trusting();
  const note = platform.snapshotAt(10);
  assert.equal(await client.offer(note, "push"), "NO_KEY");
  platform.status = 0;
  await until("a key", () => platform.polls > 0);
  assert.equal(await client.offer(note, "push"), "ACCEPTED", "what was offered is offered again");
  assert.equal(await client.offer(undefined as unknown as string, "push"), "REFUSED");
  assert.equal(await client.offer("nothing", "push"), "REFUSED");
  await client.close();
  assert.equal(await client.offer(note, "push"), "CLOSED");
});

test("12.8: statements may be offered, too; what they make right may be offered again", async () => {
  const storage = memoryStorage();
  const heard = new Heard();
  const second = new Signer();
  const client = platform.client({ storage, listener: heard });
  const note = second.snapshot(snapshotTree(10));
  const list = (...statements: readonly string[]) => JSON.stringify({ statements });
  assert.equal(await client.offer(note, "push"), "REFUSED");
  assert.equal(await client.offerStatements("nothing", "push"), "REFUSED");
  assert.equal(heard.problems.at(-1), "the statements about keys (push) were refused: the statements are not JSON");
  assert.equal(await client.offerStatements(list("no statement"), "push"), "REFUSED");
  assert.match(heard.problems.at(-1) ?? "", /^a statement about keys was refused: MALFORMED/);
  assert.equal(await client.offerStatements(list(), "push"), "UNCHANGED");
  heard.problems.length = 0;
  assert.equal(await client.offerStatements(list(...new Array<string>(13).fill("none")), "push"), "REFUSED");
  const told = heard.problems.filter((each) => each.includes("statement"));
  assert.deepEqual([told.length, told.at(-1)], [11, "so were 3 more statements about keys"]);
  const rotated = list(rotation(platform.signer, second));
  assert.equal(await client.offerStatements(utf8(rotated), "push"), "ACCEPTED");
  assert.equal(await client.offerStatements(rotated, "push"), "UNCHANGED");
  assert.equal(await client.offer(note, "push"), "ACCEPTED");
  await client.close();
  assert.equal(await client.offerStatements(rotated, "push"), "CLOSED");
  const after = platform.client({ storage });
  assert.equal(after.snapshot?.position, 10, "12.5: they are kept");
});
