/** Clause 15: a client sends the messages of the vectors and understands their answers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { SseParser } from "../../src/client/sse.js";
import { utf8 } from "../../src/hash/utf8.js";
import { createClient } from "../../src/index.js";
import { until } from "../support.js";
import { readJson } from "./folders.js";

interface Step {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
}

interface Story {
  readonly environment: string;
  readonly vkey: string;
  readonly token: string;
  readonly surface: string;
  readonly segments: readonly string[];
  readonly time: string;
  readonly context: Readonly<Record<string, string>>;
  readonly evaluate: string;
  readonly track: { readonly metric: string; readonly value: number };
  readonly steps: readonly Step[];
}

interface Asked {
  readonly what: string;
  readonly headers: Headers;
  readonly body: string;
}

interface Receipt {
  readonly client: string;
  readonly sdk: string;
  readonly environment: string;
  readonly enforced: readonly { readonly position: number; readonly ago_ms: number }[];
  readonly closing?: boolean;
}

const BASE = "http://127.0.0.1:1";
const story = readJson("wire", "vectors.json") as Story;

/** Answers with the first step of a route, and later with the last one. */
class Script {
  readonly asked: Asked[] = [];
  private readonly streams: ReadableStreamDefaultController<Uint8Array>[] = [];

  readonly fetch = (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const what = `${init.method ?? "GET"} ${String(url).slice(BASE.length)}`;
    const first = this.of(what).length === 0;
    const body = init.body === undefined ? "" : new TextDecoder().decode(init.body as Uint8Array);
    this.asked.push({ what, headers: new Headers(init.headers), body });
    const step = story.steps.filter((each) => whatOf(each) === what).at(first ? 0 : -1);
    assert.ok(step !== undefined, what);
    const { status, headers } = step.answer;
    const opened = what.includes("/stream");
    const text = opened && !first ? ":\n\n" : step.answer.body;
    const content = opened ? this.open(text) : text === "" ? null : text;
    return Promise.resolve(new Response(content, { status, headers }));
  };

  private open(text: string): ReadableStream<Uint8Array> {
    return new ReadableStream({
      start: (controller) => {
        controller.enqueue(utf8(text));
        this.streams.push(controller);
      },
    });
  }

  endStreams(): void {
    this.streams.splice(0).forEach((stream) => stream.close());
  }

  of(what: string): readonly Asked[] {
    return this.asked.filter((each) => each.what === what);
  }

  get receipts(): readonly Receipt[] {
    return this.of("POST /api/v1/receipts").map(({ body }) => JSON.parse(body) as Receipt);
  }
}

function whatOf({ request }: Step): string {
  return `${request.method} ${request.path}`;
}

function bodyOf(name: string): unknown {
  return JSON.parse(story.steps.find((step) => step.name === name)?.request.body ?? "null");
}

/** Ids are of version 7 and of the time of the event; the rest is equal. */
function comparable(batch: unknown): unknown {
  const lists = Object.entries(batch as Record<string, Record<string, unknown>[]>);
  return Object.fromEntries(
    lists.map(([kind, events]) => [
      kind,
      events.map((event) => {
        const id = String(event["id"]);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(parseInt(id.replace("-", "").slice(0, 12), 16), Date.parse(String(event["time"])));
        return { ...event, id: "" };
      }),
    ]),
  );
}

test("15: a client sends these messages and understands their answers", async () => {
  const script = new Script();
  const { environment, vkey, token, surface, segments, context } = story;
  const client = createClient({
    baseUrl: BASE,
    environment,
    verifierKey: vkey,
    token,
    surface,
    segments,
    fetch: script.fetch,
    now: () => Date.parse(story.time),
    flushIntervalMillis: 5_000,
  });
  assert.equal(await client.ready(5_000), true);
  await until("the delta has come", () => client.peek("fares", context, "none").reason === "KILLED");
  client.evaluate(story.evaluate, context, "none");
  client.track(context, story.track.metric, story.track.value);
  assert.equal(await client.flush(10_000), true);
  await until("the kill is acknowledged", () => script.receipts.some(({ enforced }) => enforced.at(-1)?.position === 13));
  script.endStreams();
  const again = story.steps.find(({ name }) => name === "poll again")?.request.headers["If-None-Match"];
  await until("the client polls again", () => script.asked.some(({ headers }) => headers.get("If-None-Match") === again));
  await client.close(5_000);
  const { eventsAccepted, eventsRejected, snapshotsRefused } = client.counters();
  assert.deepEqual(
    { eventsAccepted, eventsRejected, snapshotsRefused },
    { eventsAccepted: 2, eventsRejected: 1, snapshotsRefused: {} },
  );
  compareRequests(script);
  compareReceipts(script.receipts);
});

function compareRequests(script: Script): void {
  const routes = new Set(story.steps.map(whatOf));
  assert.deepEqual(new Set(script.asked.map(({ what }) => what)), routes);
  for (const step of story.steps) {
    for (const [name, value] of Object.entries(step.request.headers)) {
      const found = script.of(whatOf(step)).map(({ headers }) => headers.get(name));
      assert.ok(found.includes(value), `${step.name}: ${name}: ${value}`);
    }
  }
  const [batch, same, ...more] = script.of("POST /api/v1/batches").map(({ body }) => body);
  assert.deepEqual([same, more], [batch, []]);
  assert.deepEqual(comparable(JSON.parse(batch ?? "")), comparable(bodyOf("batch")));
}

function compareReceipts(receipts: readonly Receipt[]): void {
  const known = bodyOf("receipt") as Receipt;
  const positions = new Set(known.enforced.map(({ position }) => position));
  for (const { client, sdk, environment, enforced, closing, ...more } of receipts) {
    assert.deepEqual([environment, client, more], [known.environment, receipts[0]?.client, {}]);
    assert.match(client, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(sdk, /^[a-z0-9._-]{1,31}\/[0-9A-Za-z.+-]{1,32}$/);
    for (const { position, ago_ms, ...rest } of enforced) {
      assert.deepEqual([positions.has(position), Number.isInteger(ago_ms), rest], [true, true, {}]);
    }
  }
  assert.equal(receipts.at(-1)?.closing, true);
  assert.ok(receipts.slice(0, -1).every(({ closing }) => closing === undefined));
}

test("7.9: a stream is cut into these events, wherever its bytes are cut", () => {
  const rows = readJson("wire", "streams", "vectors.json") as {
    name: string;
    body: string;
    events: { event: string; data: string }[];
  }[];
  assert.ok(rows.length > 15, `${rows.length} streams`);
  for (const { name, body, events } of rows) {
    const bytes = utf8(body);
    for (const size of [1, 3, bytes.length]) {
      const parser = new SseParser(1_000_000);
      const found = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const { type, data } of parser.feed(bytes.slice(at, at + size))) {
          found.push({ event: type, data: new TextDecoder().decode(data) });
        }
      }
      assert.deepEqual(found, events, `${name}, ${size} bytes at once`);
    }
  }
});
