import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, test } from "node:test";
import { Http } from "../../src/client/http.js";
import { ReceiptSender, SDK, type Pace } from "../../src/client/receipts.js";
import { checkSettings } from "../../src/client/settings.js";
import { parseSnapshot } from "../../src/snapshot/reader.js";
import { snapshotTree, until } from "../support.js";
import { writeCanonical } from "../../src/snapshot/json.js";
import { Platform, TOKEN } from "./platform.js";

const NEVER = 3_600_000;
const USER = { user_id: "630001" };
let platform: Platform;
let problems: string[];
const senders: ReceiptSender[] = [];

beforeEach(async () => {
  platform = await new Platform().start();
  platform.publish(7);
  problems = [];
});
afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()));
  await platform.end();
});

interface Receipt {
  readonly client: string;
  readonly environment: string;
  readonly sdk: string;
  readonly enforced: readonly { readonly position: number; readonly ago_ms: number }[];
  readonly closing?: boolean;
}

function receipts(): Receipt[] {
  return platform.receipts.map((body) => JSON.parse(body) as Receipt);
}

function positions(index: number): number[] {
  return receipts()[index]!.enforced.map(({ position }) => position);
}

async function told(count: number): Promise<void> {
  await until(`${count} receipts`, () => platform.receipts.length >= count);
}

/** A sender that is told of snapshots by the test. */
function sending(more: Partial<Pace> = {}): ReceiptSender {
  const http = new Http(checkSettings({ baseUrl: platform.url, token: TOKEN, environment: "production" }));
  const pace = { first: 1, kill: 1, life: NEVER, retry: 1, ...more };
  const sender = new ReceiptSender("production", http, (what) => void problems.push(what), pace);
  senders.push(sender);
  return sender;
}

function accept(sender: ReceiptSender, position: number, status = "running"): void {
  sender.accepted(parseSnapshot(writeCanonical(snapshotTree(position, { status }))));
}

test("11.1: a client says what it evaluates, under a random id of its own", async () => {
  const one = platform.client();
  const other = platform.client();
  assert.ok((await one.ready(5_000)) && (await other.ready(5_000)));
  await told(2);
  const [first, second] = receipts();
  assert.deepEqual(Object.keys(first!), ["client", "environment", "sdk", "enforced"]);
  assert.match(first!.client, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first!.client, second!.client);
  assert.equal(first!.environment, "production");
  assert.equal(first!.sdk, SDK);
  assert.deepEqual(positions(0), [7]);
});

test("11.1: the version is that of the package", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
  assert.equal(SDK, `typescript/${version}`);
});

test("11.2: a message names what came since the last one that arrived, with its age", async () => {
  const sender = sending();
  accept(sender, 7);
  await told(1);
  await until("settled", () => sender["known"]);
  accept(sender, 8, "paused");
  accept(sender, 9);
  accept(sender, 10, "killed");
  await told(2);
  assert.deepEqual(positions(1), [7, 8, 9, 10]);
  const ages = receipts()[1]!.enforced.map((each) => each.ago_ms);
  assert.ok(ages.every((each, i) => Number.isInteger(each) && each >= 0 && each <= (ages[i - 1] ?? each)));
});

test("11.2: positions ascend, also after one that counts no more", async () => {
  const sender = sending({ first: 20 });
  accept(sender, 7);
  accept(sender, 900);
  accept(sender, 8);
  await told(1);
  assert.deepEqual(positions(0), [7, 8]);
});

test("11.2: the newest hundred positions win", async () => {
  const sender = sending({ first: 20 });
  for (let position = 1; position <= 250; position++) {
    accept(sender, position);
  }
  await told(1);
  assert.deepEqual(positions(0), Array.from({ length: 100 }, (_, i) => 151 + i));
});

test("11.3: a new kill is told at once, other changes wait", async () => {
  const sender = sending();
  accept(sender, 7);
  await told(1);
  await until("settled", () => sender["known"]);
  accept(sender, 8, "killed");
  await told(2);
  accept(sender, 9, "killed");
  accept(sender, 10, "running");
  accept(sender, 11, "killed");
  await told(3);
  assert.equal(positions(2).at(-1), 11);
  assert.deepEqual(receipts().map(({ closing }) => closing), [undefined, undefined, undefined]);
});

test("11.3: a client that hears nothing new gives a sign of life", async () => {
  accept(sending({ life: 60 }), 7);
  await told(4);
  assert.deepEqual(positions(3), [7]);
  assert.ok(receipts()[3]!.enforced[0]!.ago_ms >= 170);
});

test("11.4: a message that fails is sent once more and then given up, and nothing is lost", async () => {
  platform.answerReceipts({ status: 503 }, { status: 0, cut: true }, { status: 404 });
  const sender = sending();
  accept(sender, 7);
  await until("given up", () => problems.length === 1);
  assert.equal(platform.receipts.length, 2);
  accept(sender, 8, "killed");
  await told(4);
  assert.deepEqual(positions(3), [7, 8]);
  assert.match(problems[0]!, /^a receipt was given up: /);
});

test("11.4: a wait that the server asks for holds for kills too", async () => {
  platform.answerReceipts({ status: 429, retryAfter: "1" });
  const sender = sending();
  accept(sender, 7);
  await told(1);
  await until("answered", () => sender["notBefore"] > 0);
  accept(sender, 8, "killed");
  await told(2);
  assert.ok(platform.receiptTimes[1]! - platform.receiptTimes[0]! >= 950);
  assert.deepEqual(positions(1), [7, 8]);
});

test("11.5: a client that closes says so once, and one that nobody knows does not", async () => {
  const sender = sending();
  accept(sender, 7);
  await told(1);
  await sender.close();
  await sender.close();
  assert.deepEqual(receipts().map(({ closing }) => closing), [undefined, true]);
  assert.equal(receipts()[1]!.client, receipts()[0]!.client);
  const unknown = sending({ first: NEVER });
  accept(unknown, 7);
  await unknown.close();
  assert.equal(platform.receipts.length, 2);
});

test("11.5: a page that is left says so, and goes on if it comes back", async () => {
  const sender = sending();
  accept(sender, 7);
  await told(1);
  await until("settled", () => sender["known"]);
  sender.leave();
  await told(2);
  accept(sender, 8, "killed");
  await told(3);
  assert.deepEqual(receipts().map(({ closing }) => closing), [undefined, true, undefined]);
});

test("11.6: receipts can be switched off", async () => {
  const silent = platform.client({ receipts: false });
  const other = platform.client();
  assert.ok((await silent.ready(5_000)) && (await other.ready(5_000)));
  platform.publish(8, { status: "killed" });
  const killed = () => silent.peek("checkout", USER, "f").reason === "KILLED";
  await until("killed", killed);
  await until("told", () => platform.receipts.some((_, i) => positions(i).includes(8)));
  assert.equal(new Set(receipts().map(({ client }) => client)).size, 1);
});

test("11.4: evaluation goes on when receipts fail", async () => {
  platform.answerReceipts({ status: 500 }, { status: 500 }, { status: 0, cut: true });
  const client = platform.client();
  assert.ok(await client.ready(5_000));
  await told(1);
  assert.equal(client.peek("checkout", USER, "f").reason, "ASSIGNED");
  assert.equal(client.state, "READY");
});
