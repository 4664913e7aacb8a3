import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { memoryStorage, type Context, type TrialogClient } from "../../src/index.js";
import { fileStorage } from "../../src/node/index.js";
import { until } from "../support.js";
import { Heard, Platform } from "./platform.js";

const USER = { user_id: "630001" };
let platform: Platform;

beforeEach(async () => {
  platform = await new Platform().start();
  platform.publish(7);
});
afterEach(() => platform.end());

async function readyClient(more: Parameters<Platform["client"]>[0] = {}): Promise<TrialogClient> {
  const client = platform.client(more);
  assert.equal(await client.ready(5_000), true);
  return client;
}

test("6.2 and 6.3: an exposure is recorded once, with what the collector takes", async () => {
  const client = await readyClient({ surface: "web", segments: ["country", "none"] });
  const context = { ...USER, country: "DE" };
  for (let i = 0; i < 5; i++) {
    client.evaluate("checkout", context, "f");
  }
  const decision = client.peek("checkout", context, "f");
  assert.equal(await client.flush(5_000), true);
  const [exposure, ...more] = platform.events("exposures");
  assert.deepEqual(more, []);
  assert.match(String(exposure?.["id"]), /^[0-9a-f-]{36}$/);
  assert.ok(Math.abs(Date.parse(String(exposure?.["time"])) - Date.now()) < 60_000);
  assert.deepEqual(
    { ...exposure, id: 0, time: 0 },
    {
      id: 0,
      time: 0,
      experiment: "checkout",
      variant: decision.variant,
      subject: decision.hashedSubject,
      surface: "web",
      epoch: 0,
      position: 7,
      segments: { country: "DE" },
    },
  );
});

test("6.2: nothing but ASSIGNED makes an exposure, and neither do peek and evaluateAll", async () => {
  const client = await readyClient();
  client.peek("checkout", USER, "f");
  client.evaluateAll(USER);
  client.evaluate("checkout", {}, "f");
  client.evaluate("nothing", USER, "f");
  client.evaluate("checkout", null as unknown as Context, "f");
  client.flag("nothing", USER, false);
  platform.publish(8, { status: "killed" });
  await until("killed", () => client.peek("checkout", USER, "f").reason === "KILLED");
  client.evaluate("checkout", USER, "f");
  assert.equal(client.counters().eventsRecorded, 0);
});

test("6.3: a new epoch is a new exposure", async () => {
  const client = await readyClient();
  client.evaluate("checkout", USER, "f");
  platform.publish(8, { epoch: 1 });
  await until("epoch 1", () => client.evaluate("checkout", USER, "f").epoch === 1);
  client.evaluate("checkout", USER, "f");
  await client.flush(5_000);
  assert.deepEqual(
    platform.events("exposures").map((event) => event["epoch"]),
    [0, 1],
  );
});

test("6.4: an outcome is recorded for each unit that the context has", async () => {
  const client = await readyClient();
  client.track({ user_id: "1", device_id: "d" }, "revenue", 12.5);
  client.track({ device_id: "d" }, "revenue", 1);
  client.track({ user_id: "" }, "revenue", 1);
  client.track({}, "revenue", 1);
  await client.flush(5_000);
  const outcomes = platform.events("outcomes");
  assert.deepEqual(
    outcomes.map((event) => event["value"]),
    [12.5, 12.5, 1],
  );
  assert.equal(outcomes[1]?.["subject"], outcomes[2]?.["subject"]);
  assert.notEqual(outcomes[0]?.["subject"], outcomes[1]?.["subject"]);
});

test("6.4: without a snapshot an outcome is for user_id, and a closed client takes none", async () => {
  platform.note = undefined;
  const client = platform.client();
  client.track({ user_id: "1", device_id: "d" }, "revenue", 1);
  await client.close();
  client.track({ user_id: "1" }, "revenue", 2);
  assert.equal(platform.events("outcomes").length, 1);
  assert.equal(client.counters().eventsRecorded, 1);
});

test("6.4: values that cannot be meant are dropped and counted, and nothing is thrown", async () => {
  const client = await readyClient();
  for (const value of [NaN, Infinity, 2e9, "1", null, undefined, {}]) {
    client.track(USER, "revenue", value as number);
  }
  client.track(USER, "\ud800", 1);
  client.track(null as unknown as Context, "revenue", 1);
  client.track(USER, undefined as unknown as string, 1);
  const { eventsDropped, eventsRecorded } = client.counters();
  assert.deepEqual({ eventsDropped, eventsRecorded }, { eventsDropped: 10, eventsRecorded: 0 });
});

for (const status of [401, 403, 404, 408, 425, 429, 500, 503]) {
  test(`6.5: after ${status} the same bytes are sent again`, async () => {
    platform.answerBatches({ status }, { status }, { status: 200, body: "{}" });
    const client = await readyClient();
    client.track(USER, "converted", 1);
    await until("accepted", () => client.counters().eventsAccepted === 1);
    assert.equal(platform.batches.length, 3);
    assert.equal(new Set(platform.batches).size, 1);
    assert.deepEqual([client.counters().batchesRetried, client.counters().batchesSent], [2, 1]);
  });
}

test("6.5: when no answer comes the same bytes are sent again", async () => {
  platform.answerBatches({ status: 0, cut: true });
  const client = await readyClient();
  client.track(USER, "converted", 1);
  await until("accepted", () => client.counters().eventsAccepted === 1);
  assert.equal(platform.batches.length, 2);
  assert.equal(platform.batches[0], platform.batches[1]);
});

for (const status of [400, 409, 413, 422]) {
  test(`6.5: ${status} settles the batch as rejected`, async () => {
    platform.answerBatches({ status });
    const client = await readyClient();
    client.track(USER, "converted", 1);
    await until("rejected", () => client.counters().eventsRejected === 1);
    assert.deepEqual([client.counters().eventsPending, platform.batches.length], [0, 1]);
  });
}

test("6.5: rejected events of an accepted batch are counted", async () => {
  platform.answerBatches({ status: 200, body: '{"accepted":1,"rejected":[{"id":"x"}]}' });
  const client = await readyClient();
  client.track({ user_id: "1", device_id: "d" }, "converted", 1);
  assert.equal(await client.flush(5_000), true);
  assert.deepEqual([client.counters().eventsAccepted, client.counters().eventsRejected], [1, 1]);
});

test("6.5: never before Retry-After", async () => {
  platform.answerBatches({ status: 429, retryAfter: "1" });
  const client = await readyClient({ longestBackoffMillis: 2 });
  client.track(USER, "converted", 1);
  await until("accepted", () => client.counters().eventsAccepted === 1);
  const [first = 0, second = 0] = platform.batchTimes;
  assert.ok(second - first >= 995, `${second - first} ms`);
});

test("6.5: many events are sent at once, in batches of at most 1,000", async () => {
  const client = await readyClient({ flushIntervalMillis: 60_000 });
  for (let i = 0; i < 2_300; i++) {
    client.track({ user_id: String(i) }, "converted", 1);
  }
  await until("most are there", () => platform.events("outcomes").length >= 1_500);
  assert.equal(await client.flush(5_000), true);
  const sizes = platform.batches.map((body) => (JSON.parse(body) as { outcomes: [] }).outcomes.length);
  assert.ok(Math.max(...sizes) <= 1_000, String(sizes));
  const ids = platform.events("outcomes").map((event) => event["id"]);
  assert.equal(new Set(ids).size, 2_300);
});

test("6.6: a full queue drops the new event, which is recorded when there is room", async () => {
  let open = () => {};
  platform.gate = new Promise((resolve) => (open = resolve));
  const client = await readyClient({ queueCapacity: 2 });
  client.track(USER, "a", 1);
  await until("in flight", () => platform.batches.length === 1);
  client.track(USER, "b", 1);
  assert.equal(client.evaluate("checkout", USER, "f").reason, "ASSIGNED");
  assert.deepEqual([client.counters().eventsDropped, client.counters().eventsPending], [1, 2]);
  open();
  await until("settled", () => client.counters().eventsPending === 0);
  client.evaluate("checkout", USER, "f");
  assert.equal(await client.flush(5_000), true);
  assert.equal(platform.events("exposures").length, 1);
});

test("6.7: closing sends what waits", async () => {
  const client = await readyClient({ flushIntervalMillis: 60_000 });
  client.evaluate("checkout", USER, "f");
  client.track(USER, "converted", 1);
  await client.close();
  assert.deepEqual([platform.events("exposures").length, platform.events("outcomes").length], [1, 1]);
  assert.equal(client.counters().eventsPending, 0);
});

test("6.7: closing cuts a backoff short, and keeps to its deadline", async () => {
  platform.answerBatches({ status: 503, retryAfter: "60" });
  const client = await readyClient();
  client.track(USER, "converted", 1);
  await until("waits", () => client.counters().batchesRetried === 1);
  const begin = performance.now();
  await client.close(5_000);
  assert.ok(performance.now() - begin < 3_000);
  assert.equal(client.counters().eventsAccepted, 1);
});

test("6.7: what is pending at the deadline is counted", async () => {
  platform.gate = new Promise(() => {});
  const client = await readyClient();
  client.track(USER, "converted", 1);
  const begin = performance.now();
  await client.close(100);
  assert.ok(performance.now() - begin < 2_000);
  assert.equal(client.counters().eventsPending, 1);
  assert.equal(client.state, "CLOSED");
});

const LATER = 3_600_000;

for (const kind of ["memory", "file"]) {
  test(`6.7: the next client delivers, with the same ids, what a ${kind} storage kept`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "trialog-"));
    try {
      const shared = memoryStorage();
      const storage = () => (kind === "file" ? fileStorage(folder) : shared);
      platform.gate = new Promise(() => {});
      const first = await readyClient({ storage: storage() });
      first.evaluate("checkout", USER, "f");
      first.track(USER, "converted", 1);
      await first.close(50);
      const sent = platform.batches.splice(0);
      platform.gate = Promise.resolve();
      const second = platform.client({ storage: storage(), now: () => Date.now() + LATER });
      await until("delivered", () => second.counters().eventsAccepted === 2);
      const ids = (bodies: readonly string[]) => new Set(bodies.join().match(/"id":"[^"]*"/g));
      assert.deepEqual(ids(platform.batches), ids(sent));
      await second.close();
      const left = (await storage().names()).filter((name) => name.includes("events"));
      assert.deepEqual(left, []);
      const kept = { keeping: true, eventsFound: 2, eventsDamaged: 0, failures: 0 };
      assert.deepEqual(second.counters().storage, kept);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test("6.7: the events of a client that lives are its own", async () => {
  const storage = memoryStorage();
  platform.gate = new Promise(() => {});
  const first = await readyClient({ storage });
  first.track(USER, "converted", 1);
  await until("kept", isKept(storage));
  const second = await readyClient({ storage });
  await second.close(1);
  assert.equal(second.counters().eventsRecorded, 0);
});

function isKept(storage: ReturnType<typeof memoryStorage>): () => boolean {
  return () => (storage.names() as readonly string[]).some((name) => name.includes(".events."));
}

test("6.7: what others wrote on a shelf is looked at before it is sent", async () => {
  const storage = memoryStorage();
  const id = "0193e1a0-0000-7000-8000-000000000001";
  const events = [
    { kind: "outcome", json: `{"id":"${id}"}` },
    { kind: "outcome", json: "garbage" },
    { kind: "other", json: "{}" },
    { kind: "outcome", json: "{}" },
    { kind: "exposure", json: 5 },
    null,
    "x",
  ];
  await storage.write("production.events.a", JSON.stringify({ saved: 0, events }));
  await storage.write("production.events.b", "garbage");
  await storage.write("staging.events.c", JSON.stringify({ saved: 0, events }));
  const client = await readyClient({ storage });
  await until("delivered", () => client.counters().eventsAccepted === 1);
  assert.deepEqual(platform.events("outcomes"), [{ id }]);
  const left = () => (storage.names() as string[]).filter((name) => name.includes("events")).join();
  await until("only a stranger's left", () => left() === "staging.events.c");
  const { eventsFound, eventsDamaged } = client.counters().storage;
  assert.deepEqual([eventsFound, eventsDamaged], [1, 7], "6.8: six events, and a shelf that is none");
});

/** A page as far as a client looks at it. */
class Page extends EventTarget {
  visibilityState = "visible";

  turn(state: string): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

async function onPage(work: (page: Page) => Promise<void>): Promise<void> {
  const page = new Page();
  Object.defineProperty(globalThis, "document", { configurable: true, value: page });
  try {
    await work(page);
  } finally {
    delete (globalThis as { document?: unknown }).document;
  }
}

test("6.7: a page that is hidden sends at once, by a request that may outlive it, and keeps what it has", async () => {
  await onPage(async (page) => {
    const requests: RequestInit[] = [];
    const storage = memoryStorage();
    const client = await readyClient({
      storage,
      flushIntervalMillis: 60_000,
      fetch: (input, init) => {
        requests.push(init ?? {});
        return fetch(input, init);
      },
    });
    client.evaluate("checkout", USER, "f");
    page.turn("hidden");
    assert.ok(isKept(storage)(), "kept before the turn of the page ends");
    await until("delivered", () => client.counters().eventsAccepted === 1);
    const post = requests.find((request) => request.method === "POST");
    assert.equal(post?.keepalive, true);
    assert.match(String((post?.headers as Record<string, string>)["Authorization"]), /^Bearer /);
    page.turn("hidden");
    assert.equal(platform.batches.length, 1);
  });
});

test("6.7: while one batch is on its way, a hidden page sends one more of at most 60,000 bytes", async () => {
  await onPage(async (page) => {
    let open = () => {};
    platform.gate = new Promise((resolve) => (open = resolve));
    const client = await readyClient();
    client.track(USER, "first", 1);
    await until("in flight", () => platform.batches.length === 1);
    for (let i = 0; i < 450; i++) {
      client.track({ user_id: String(i) }, "metric", 1);
    }
    page.turn("hidden");
    page.turn("hidden");
    await until("two in flight", () => platform.batches.length === 2);
    assert.ok(platform.batches[1]!.length <= 60_000 && platform.batches[1]!.length > 50_000);
    open();
    assert.equal(await client.flush(5_000), true);
    assert.equal(new Set(platform.events("outcomes").map((event) => event["id"])).size, 451);
  });
});

test("7.4: a page that is seen again asks at once", async () => {
  await onPage(async (page) => {
    const client = await readyClient({ mode: "polling", pollIntervalMillis: 60_000 });
    platform.publish(8);
    const polls = platform.polls;
    page.turn("visible");
    await until("position 8", () => client.snapshot?.position === 8);
    assert.equal(platform.polls, polls + 1);
    await client.close();
    page.turn("visible");
    assert.equal(platform.polls, polls + 1);
  });
});

test("8.1: a listener hears of refused batches in words without events", async () => {
  platform.answerBatches({ status: 400 });
  const heard = new Heard();
  const client = await readyClient({ listener: heard });
  client.track({ user_id: "alice@example.com" }, "converted", 1);
  await until("problem", () => heard.problems.length === 1);
  assert.equal(heard.problems[0], "the collector refused 1 of 1 events with 400");
});
