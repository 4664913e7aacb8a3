import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { InvalidSetting, createClient, memoryStorage, Overrides } from "../../src/index.js";
import { Signer, snapshotTree, until } from "../support.js";
import { Heard, Platform, TOKEN } from "./platform.js";

const USER = { user_id: "630001" };
let platform: Platform;

beforeEach(async () => {
  platform = await new Platform().start();
});
afterEach(() => platform.end());

test("7.5: a client starts INITIALIZING, gets READY, and ends CLOSED", async () => {
  platform.publish(1);
  const heard = new Heard();
  const client = platform.client({ listener: heard });
  assert.equal(client.state, "INITIALIZING");
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "NOT_READY");
  assert.equal(await client.ready(5_000), true);
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  assert.deepEqual(client.snapshot?.position, 1);
  await client.close();
  assert.deepEqual(heard.states, ["READY", "CLOSED"]);
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "NOT_READY");
  assert.equal(await client.ready(5_000), false);
  assert.equal(client.evaluateAll(USER).size, 0);
});

test("7.1: every request carries the token, and a token that is refused leaves OFFLINE", async () => {
  platform.publish(1);
  const client = platform.client({ token: "trl_wrong" });
  await until("offline", () => client.state === "OFFLINE");
  assert.equal(await client.ready(1), false);
  assert.ok(platform.unauthorized.every((token) => token === "Bearer trl_wrong"));
  assert.ok(client.counters().requestFailures > 0);
});

test("7.1: a redirect is not followed", async () => {
  let elsewhere = 0;
  const other = await new Platform().start();
  other.intercept = () => ++elsewhere > 0 && false;
  platform.intercept = (request, response) => {
    response.writeHead(307, { Location: other.url + request.url }).end();
    return true;
  };
  try {
    const client = platform.client();
    client.track(USER, "converted", 1);
    await until("offline", () => client.state === "OFFLINE");
    // A collector that redirects has not taken the batch, and will not take it when asked again.
    await until("rejected", () => client.counters().eventsRejected === 1);
    assert.equal(elsewhere, 0);
  } finally {
    await other.end();
  }
});

test("7.1: a request that gets no answer ends at its deadline", async () => {
  platform.intercept = () => true;
  const heard = new Heard();
  const client = platform.client({ requestTimeoutMillis: 50, listener: heard });
  await until("offline", () => client.state === "OFFLINE");
  assert.match(heard.problems[0] ?? "", /no answer for 50 ms/);
});

test("7.1: a body that trickles without an end is ended by the same deadline", async () => {
  platform.intercept = (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("x"), 5);
    response.on("close", () => clearInterval(timer));
    return true;
  };
  const client = platform.client({ requestTimeoutMillis: 100 });
  await until("offline", () => client.state === "OFFLINE");
});

test("7.2: polls ask with the position, and 304 confirms", async () => {
  platform.publish(41);
  const client = platform.client({ mode: "polling" });
  await client.ready(5_000);
  await until("304s", () => platform.notModified >= 2);
  assert.equal(platform.ifNoneMatch[0], undefined);
  assert.equal(platform.ifNoneMatch[1], '"41"');
  assert.equal(platform.streamsOpened, 0);
  platform.publish(42);
  await until("position 42", () => client.snapshot?.position === 42);
  assert.equal(client.counters().snapshotsAccepted, 2);
});

test("7.3 and 8.3: a kill on the stream decides the next evaluation", async () => {
  platform.publish(1);
  const client = platform.client({ pollIntervalMillis: 60_000 });
  await until("stream", () => platform.openStreams === 1);
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  const polls = platform.polls;
  platform.publish(2, { status: "killed" });
  await until("killed", () => client.evaluate("checkout", USER, "mine").reason === "KILLED");
  assert.equal(client.evaluate("checkout", USER, "mine").variant, "control");
  assert.equal(platform.polls, polls);
  assert.equal(client.counters().streamsOpened, 1);
});

test("7.3 and 7.4: streams that are cut again and again lose nothing and go back never", async () => {
  platform.publish(1);
  const heard = new Heard();
  const client = platform.client({ listener: heard, longestBackoffMillis: 2, pollIntervalMillis: 20 });
  for (let position = 2; position <= 60; position++) {
    await until("stream", () => platform.openStreams > 0);
    if (position % 3 === 0) {
      platform.cutStreams();
    } else if (position % 3 === 1) {
      platform.endStreams();
    }
    platform.publish(position);
    await until(`position ${position}`, () => client.snapshot?.position === position);
  }
  assert.deepEqual(
    heard.positions,
    [...heard.positions].sort((a, b) => a - b),
  );
  assert.ok(platform.streamsOpened > 20);
  assert.ok(
    platform.lastEventIds.every((id, i) => i === 0 || Number(id) >= Number(platform.lastEventIds[i - 1])),
  );
  assert.deepEqual(client.counters().snapshotsRefused, {});
});

test("7.3: a stream that is silent is given up, and polling goes on", async () => {
  platform.publish(1);
  const heard = new Heard();
  const client = platform.client({ heartbeatTimeoutMillis: 60, listener: heard });
  await until("several streams", () => platform.streamsOpened >= 3);
  assert.ok(heard.problems.some((problem) => /silence for 60 ms/.test(problem)));
  assert.ok(platform.notModified >= 2);
  assert.equal(client.state, "READY");
});

test("7.3: heartbeats keep a stream", async () => {
  platform.publish(1);
  const client = platform.client({ heartbeatTimeoutMillis: 1_000, staleAfterMillis: 900 });
  await until("stream", () => platform.openStreams === 1);
  const timer = setInterval(() => platform.heartbeat(), 50);
  try {
    const enough = Date.now() + 1_600;
    await until("longer than both times", () => Date.now() > enough);
    assert.equal(client.state, "READY");
    assert.equal(platform.streamsOpened, 1);
  } finally {
    clearInterval(timer);
  }
});

test("7.3 and 4.3: what is forged, foreign or older on a stream is refused, and heartbeats then confirm nothing", async () => {
  platform.publish(5);
  const heard = new Heard();
  const client = platform.client({ listener: heard, staleAfterMillis: 200, pollIntervalMillis: 60_000 });
  await until("stream", () => platform.openStreams === 1);
  const good = platform.note!;
  platform.publishNote(6, new Signer().snapshot(snapshotTree(6)));
  await until("a thief's refusal", () => client.counters().snapshotsRefused.NOT_SIGNED_BY_KEY === 1);
  platform.publishNote(6, platform.snapshotAt(6).replace('"position":6', '"position":7'));
  platform.publishNote(6, platform.signer.snapshot({ ...snapshotTree(6), environment: "staging" }));
  platform.publishNote(4, platform.snapshotAt(4));
  await until("refusals", () => client.counters().snapshotsRefused.OLDER_POSITION === 1);
  assert.deepEqual(client.counters().snapshotsRefused, {
    NOT_SIGNED_BY_KEY: 1,
    BAD_SIGNATURE: 1,
    OTHER_ENVIRONMENT: 1,
    OLDER_POSITION: 1,
  });
  assert.equal(client.snapshot?.position, 5);
  const timer = setInterval(() => platform.heartbeat(), 20);
  await until("stale", () => client.state === "STALE").finally(() => clearInterval(timer));
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  platform.publishNote(5, good);
  await until("ready", () => client.state === "READY");
});

test("7.3: garbage on a stream ends nothing but the stream", async () => {
  platform.publish(1);
  const client = platform.client();
  await until("stream", () => platform.openStreams === 1);
  platform.send("event: snapshot\ndata: garbage\n\nevent: other\ndata: x\n\n\u0000\ufffd: \n\n");
  await until("refusal", () => client.counters().snapshotsRefused.NOT_A_NOTE === 1);
  platform.publish(2);
  await until("position 2", () => client.snapshot?.position === 2);
  assert.equal(platform.streamsOpened, 1);
});

test("7.2: garbage on a poll is refused, and what was served stays", async () => {
  platform.publish(1);
  const client = platform.client({ mode: "polling" });
  await client.ready(5_000);
  platform.publishNote(2, "<html>login</html>");
  await until("refused", () => (client.counters().snapshotsRefused.NOT_A_NOTE ?? 0) > 0);
  assert.equal(client.snapshot?.position, 1);
});

for (const status of [401, 404, 429, 500, 503]) {
  test(`7.4: after ${status} the client waits and asks again, and recovers`, async () => {
    platform.status = status;
    platform.publish(1);
    const client = platform.client();
    await until("failures", () => client.counters().requestFailures >= 3);
    assert.equal(client.state, "OFFLINE");
    platform.status = 0;
    assert.equal(await client.ready(5_000), true);
    assert.equal(client.state, "READY");
  });
}

test("7.4: without streams there are polls", async () => {
  platform.streaming = false;
  platform.publish(1);
  const client = platform.client();
  await client.ready(5_000);
  platform.publish(2);
  await until("position 2", () => client.snapshot?.position === 2);
});

test("7.5 and 8.2: without the server the snapshot gets STALE and is evaluated on, and READY again", async () => {
  platform.publish(1);
  const heard = new Heard();
  const client = platform.client({ staleAfterMillis: 100, listener: heard });
  await client.ready(5_000);
  await platform.stop();
  await until("stale", () => client.state === "STALE");
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  await platform.start();
  await until("ready", () => client.state === "READY");
  assert.deepEqual(heard.states, ["READY", "STALE", "READY"]);
});

test("8.4: where a limit is set, a snapshot that nobody confirms assigns nobody", async () => {
  platform.publish(1);
  const storage = memoryStorage();
  const client = platform.client({ safeAfterMillis: 200, storage });
  await client.ready(5_000);
  await until("confirmed", () => client.evaluate("checkout", USER, "mine").reason === "ASSIGNED");
  await platform.stop();
  await until("the limit is over", () => client.evaluate("checkout", USER, "mine").reason === "NOT_READY");
  assert.equal(client.evaluate("checkout", USER, "mine").variant, "mine");
  const kept = platform.client({ safeAfterMillis: 60_000, storage });
  await until("kept", () => kept.snapshot?.position === 1);
  assert.equal(kept.evaluate("checkout", USER, "mine").reason, "NOT_READY");
  await platform.start();
  await until("confirmed again", () => client.evaluate("checkout", USER, "mine").reason === "ASSIGNED");
});

test("4.4: the key is asked for once, and kept over a restart against what a server says", async () => {
  const storage = memoryStorage();
  platform.publish(1);
  const first = platform.trusting({ storage });
  assert.equal(await first.ready(5_000), true);
  await first.close();
  assert.equal(platform.keyRequests, 1);
  const thief = await new Platform().start();
  thief.publish(9);
  try {
    const heard = new Heard();
    const second = platform.trusting({ storage, baseUrl: thief.url, listener: heard });
    assert.deepEqual(second.snapshot?.position, 1);
    await until("refused", () => (second.counters().snapshotsRefused.NOT_SIGNED_BY_KEY ?? 0) > 0);
    // 12.5: it asks for statements, and believes no other key.
    thief.publish(10);
    await until("refused again", () => (second.counters().snapshotsRefused.NOT_SIGNED_BY_KEY ?? 0) > 2);
    assert.equal(second.snapshot?.position, 1);
  } finally {
    await thief.end();
  }
});

test("4.4: keys of another environment, and answers that are no keys, are not trusted", async () => {
  const answers = [
    "{",
    "{}",
    '{"snapshot":{"production":1}}',
    JSON.stringify({ snapshot: { production: new Signer("trialog/staging").vkey } }),
  ];
  let asked = 0;
  platform.publish(1);
  platform.intercept = (request, response) => {
    const keys = request.url?.endsWith("/keys") === true && asked < answers.length;
    if (keys) {
      response.end(answers[asked++]);
    }
    return keys;
  };
  const heard = new Heard();
  const client = platform.trusting({ listener: heard });
  await until("offline", () => client.state === "OFFLINE");
  assert.equal(await client.ready(5_000), true);
  assert.equal(asked, 4);
  assert.equal(client.counters().requestFailures, 4);
});

test("7.6: a bootstrap is served at once, STALE until the server confirms", async () => {
  platform.publish(3);
  const heard = new Heard();
  const client = platform.client({ bootstrap: platform.snapshotAt(2), listener: heard });
  assert.equal(client.state, "STALE");
  assert.equal(client.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  await until("ready", () => client.state === "READY");
  assert.deepEqual(heard.positions, [2, 3]);
});

test("7.6: what is kept is served at once, and the newer of it and the bootstrap wins", async () => {
  const storage = memoryStorage();
  platform.publish(5);
  const first = platform.client({ storage });
  await first.ready(5_000);
  await first.close();
  await platform.stop();
  const second = platform.client({ storage, bootstrap: platform.snapshotAt(4) });
  assert.deepEqual([second.state, second.snapshot?.position], ["STALE", 5]);
  const third = platform.client({ storage, bootstrap: platform.snapshotAt(6) });
  assert.deepEqual([third.state, third.snapshot?.position], ["STALE", 6]);
  assert.deepEqual(third.counters().snapshotsRefused, {});
});

test("7.6: what is kept is checked like what comes from the network", async () => {
  for (const note of [
    "",
    "garbage",
    new Signer().snapshot(snapshotTree(9)),
    platform.snapshotAt(9).replace(":9,", ":8,"),
  ]) {
    const storage = memoryStorage();
    await storage.write("production.snapshot", note);
    const client = platform.client({ storage });
    assert.equal(client.snapshot, undefined);
    assert.equal(Object.values(client.counters().snapshotsRefused).length, 1);
  }
});

test("8.1: a storage that throws, or never answers, or a listener that throws, ends nothing", async () => {
  platform.publish(1);
  const fail = () => {
    throw new Error("quota");
  };
  const failLater = async () => fail();
  const heard = new Heard();
  const throwing = { stateChanged: fail, snapshotAccepted: fail, problem: fail };
  for (const work of [fail, failLater]) {
    const storage = { read: work, write: work, remove: work, names: work };
    const client = platform.client({ storage, listener: throwing });
    client.listen(heard);
    assert.equal(await client.ready(5_000), true);
    client.evaluate("checkout", USER, "mine");
    assert.equal(await client.flush(5_000), true);
    const { keeping, failures } = client.counters().storage;
    assert.deepEqual([keeping, failures > 0], [false, true]);
  }
  await until("problems", () => heard.problems.some((problem) => /storage failed: quota/.test(problem)));
});

test("8.1: what a listener hears names neither token nor subject", async () => {
  platform.status = 500;
  const heard = new Heard();
  const client = platform.client({ listener: heard });
  client.track({ user_id: "alice@example.com" }, "converted", 1);
  client.track({ user_id: "alice@example.com" }, "converted", NaN);
  await until("problems", () => heard.problems.length > 5);
  for (const problem of heard.problems) {
    assert.doesNotMatch(problem, new RegExp(`alice|${TOKEN}`));
  }
});

test("8.1: settings that cannot be meant are refused by name, at once", () => {
  const good = { baseUrl: "https://x.example", token: TOKEN, environment: "production" };
  const wrong: [object, string][] = [
    [{ baseUrl: "ftp://x" }, "baseUrl"],
    [{ baseUrl: "x" }, "baseUrl"],
    [{ token: "" }, "token"],
    [{ token: "a b" }, "token"],
    [{ token: "a\n" }, "token"],
    [{ token: undefined }, "token"],
    [{ environment: undefined }, "environment"],
    [{ baseUrl: undefined }, "baseUrl"],
    [{ environment: "Prod" }, "environment"],
    [{ verifierKey: "x" }, "verifierKey"],
    [{ verifierKey: new Signer("trialog/staging").vkey }, "verifierKey"],
    [{ bootstrap: "x" }, "bootstrap"],
    [{ mode: "magic" }, "mode"],
    [{ pollIntervalMillis: 0 }, "pollIntervalMillis"],
    [{ staleAfterMillis: NaN }, "staleAfterMillis"],
    [{ queueCapacity: -1 }, "queueCapacity"],
    [{ segments: "abcdefghi".split("") }, "segments"],
    [{ segments: ["a=b"] }, "segments"],
    [{ surface: "a\nb" }, "surface"],
  ];
  for (const [member, name] of wrong) {
    assert.throws(
      () => createClient({ ...good, ...member }),
      (error) => error instanceof InvalidSetting && error.setting === name && !error.message.includes(TOKEN),
      name,
    );
  }
});

test("5.1: overrides hold from the next evaluation, and evaluateAll knows them", async () => {
  platform.publish(1);
  const client = platform.client();
  await client.ready(5_000);
  client.override(Overrides.none.withAll("checkout", "treatment"));
  assert.equal(client.evaluate("checkout", USER, "f").reason, "OVERRIDE");
  assert.equal(client.evaluateAll(USER).get("checkout")?.reason, "OVERRIDE");
  client.override(Overrides.none);
  assert.equal(client.evaluateAll(USER).get("checkout")?.reason, "ASSIGNED");
  assert.equal(client.counters().eventsRecorded, 0);
});

test("7.5: a listener that was taken away hears nothing more", async () => {
  const heard = new Heard();
  const client = platform.client();
  const unlisten = client.listen(heard);
  unlisten();
  platform.publish(1);
  await client.ready(5_000);
  assert.deepEqual(heard.states, []);
});
