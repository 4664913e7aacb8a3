import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { memoryStorage } from "../../src/index.js";
import { deltaEvent, randomOf, Signer, snapshotTree, until } from "../support.js";
import { Heard, Platform } from "./platform.js";

const USER = { user_id: "630001" };
const LONG = { pollIntervalMillis: 60_000, longestBackoffMillis: 60_000 };
let platform: Platform;

beforeEach(async () => {
  platform = await new Platform().start();
  platform.deltas = true;
  platform.publish(10);
});
afterEach(() => platform.end());

test("10.1 and 8.3: a kill that comes as a delta decides the next evaluation", async () => {
  const client = platform.client(LONG);
  await until("stream", () => platform.openStreams === 1);
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  platform.publish(11, { status: "killed" });
  await until("killed", () => client.evaluate("checkout", USER, "mine").reason === "KILLED");
  platform.publish(15, { status: "paused" });
  await until("paused", () => client.evaluate("checkout", USER, "mine").reason === "NOT_RUNNING");
  assert.deepEqual(platform.streamQueries, ["?deltas=true"]);
  assert.equal(platform.polls, 1);
  assert.equal(client.counters().snapshotsAccepted, 3);
});

test("7.6: what a delta made is kept as a whole note", async () => {
  const storage = memoryStorage();
  const client = platform.client({ ...LONG, storage });
  await until("stream", () => platform.openStreams === 1);
  platform.publish(11, { status: "killed" });
  await until("killed", () => client.snapshot?.position === 11);
  await until("kept", () => storage.read("production.snapshot") === platform.note);
});

test("10.2: a delta starts from the bootstrap as well", async () => {
  const client = platform.client({ ...LONG, bootstrap: platform.note! });
  await until("stream", () => platform.openStreams === 1);
  assert.equal(platform.notModified, 1);
  platform.publish(11, { status: "killed" });
  await until("killed", () => client.snapshot?.position === 11);
  assert.equal(platform.polls, 1);
});

const WRONG: Record<string, (base: string) => string> = {
  UNKNOWN_BASE: (base) => deltaEvent(9, base, platform.snapshotAt(12)),
  BAD_DELTA: () => 'event: delta\ndata: {"from":10}\ndata: x\n\n',
  NOT_SIGNED_BY_KEY: (base) => deltaEvent(10, base, new Signer().snapshot(snapshotTree(12))),
  OLDER_POSITION: (base) => deltaEvent(10, base, platform.snapshotAt(7)),
};

for (const [reason, event] of Object.entries(WRONG)) {
  test(`10.4: a delta that is ${reason} is refused, and a whole snapshot asked for at once`, async () => {
    const heard = new Heard();
    const client = platform.client({ ...LONG, listener: heard });
    await until("stream", () => platform.openStreams === 1);
    const base = platform.note!;
    platform.serve(12, platform.snapshotAt(12, { status: "killed" }));
    platform.send(event(base));
    await until("killed", () => client.evaluate("checkout", USER, "mine").reason === "KILLED");
    await until("second stream", () => platform.streamsOpened === 2);
    assert.deepEqual(client.counters().snapshotsRefused, { [reason]: 1 });
    assert.deepEqual(platform.streamQueries, ["?deltas=true", ""]);
    assert.deepEqual(platform.lastEventIds, ["10", "12"]);
    platform.publish(13);
    await until("position 13", () => client.snapshot?.position === 13);
    assert.deepEqual(heard.positions, [10, 12, 13]);
  });
}

test("10.1: a server that knows no deltas is asked for a stream without them", async () => {
  platform.intercept = (request, response) => {
    const refused = request.url?.endsWith("?deltas=true") === true;
    if (refused) {
      response.writeHead(400).end();
    }
    return refused;
  };
  const client = platform.client(LONG);
  await until("stream", () => platform.openStreams === 1);
  platform.publish(11, { status: "killed" });
  await until("killed", () => client.evaluate("checkout", USER, "mine").reason === "KILLED");
  assert.equal(client.counters().requestFailures, 0);
});

test("10.5: a client that is cut off 500 times while 2,000 changes happen misses nothing and never goes back", async () => {
  const heard = new Heard();
  const storage = memoryStorage();
  const client = platform.client({
    listener: heard,
    storage,
    longestBackoffMillis: 2,
    pollIntervalMillis: 20,
  });
  const random = randomOf(1_123);
  const statuses = ["running", "killed", "paused"];
  let position = 10;
  for (let cut = 0; cut < 500; cut++) {
    await until("stream", () => platform.openStreams > 0);
    const when = random(4);
    for (let change = 0; change < 4; change++) {
      if (change === when) {
        // Part of an event, and no more.
        platform.send('event: delta\ndata: {"from"'.slice(0, random(27)));
        platform.cutStreams();
      }
      platform.publish(++position, { status: statuses[random(3)] as string, epoch: position });
      if (random(2) === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
  await until("the last position", () => client.snapshot?.position === 2_010);
  await until("the server's text", () => storage.read("production.snapshot") === platform.note);
  assert.deepEqual(
    heard.positions,
    [...new Set(heard.positions)].sort((a, b) => a - b),
  );
  assert.deepEqual(client.counters().snapshotsRefused, {});
  assert.ok(platform.streamsOpened >= 500, `${platform.streamsOpened} streams`);
  assert.ok(platform.deltasSent >= 500, `${platform.deltasSent} deltas`);
});

test("10.6: a compressed snapshot is taken, and one that grows beyond the limit is not", async () => {
  platform.gzip = true;
  const client = platform.client({ mode: "polling" });
  assert.equal(await client.ready(5_000), true);
  const heard = new Heard();
  platform.serve(11, " ".repeat(16 * 1024 * 1024 + 1));
  const other = platform.client({ mode: "polling", listener: heard });
  await until("offline", () => other.state === "OFFLINE");
  assert.match(heard.problems[0] ?? "", /more than 16777216 bytes/);
});
