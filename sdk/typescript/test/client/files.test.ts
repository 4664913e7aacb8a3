import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { InvalidSetting, createClient, memoryStorage, type Settings, type TrialogClient } from "../../src/index.js";
import { writeCanonical } from "../../src/snapshot/json.js";
import { revocation, rotation, Signer, snapshotTree, until } from "../support.js";
import { Heard, Platform, TOKEN } from "./platform.js";
import { FOLDER, nameOf, pointer, StaticFiles } from "./static.js";

const USER = { user_id: "630001" };
const TIME = "2026-11-22T10:00:00.000Z";
const TOP = Number.MAX_SAFE_INTEGER;
let platform: Platform;
let files: StaticFiles;
let heard: Heard;

beforeEach(async () => {
  platform = await new Platform().start();
  files = await new StaticFiles().start();
  heard = new Heard();
});
afterEach(async () => {
  await platform.end();
  await files.end();
});

function client(more: Partial<Settings> = {}): TrialogClient {
  return platform.client({ snapshotFiles: new URL(files.url()), pollIntervalMillis: 20, listener: heard, ...more });
}

function publish(position: number, members = {}, ...signers: readonly Signer[]): string {
  const text = `${writeCanonical(snapshotTree(position, members))}\n`;
  const by = signers.length === 0 ? [platform.signer] : signers;
  const note = `${text}\n${by.map((signer) => signer.line(text)).join("")}`;
  files.publish(position, note, ...by);
  return note;
}

/** The same pointer once more, issued later. */
function confirm(position: number, note: string): void {
  files.point(position, note, platform.signer);
}

/** So many looks more at the pointer. */
async function looks(more: number): Promise<void> {
  const wanted = files.count("/latest") + more;
  await until(`${more} looks`, () => files.count("/latest") >= wanted);
}

async function served(trialog: TrialogClient, position: number): Promise<void> {
  await until(`position ${position}`, () => trialog.snapshot?.position === position);
}

test("13.6 and 13.7: the first pointer leads to STALE, one that was issued later to READY", async () => {
  const note = publish(10);
  const trialog = client();
  assert.equal(await trialog.ready(5_000), true);
  await looks(3);
  assert.equal(trialog.state, "STALE", "the same pointer again confirms nothing");
  confirm(10, note);
  await until("ready", () => trialog.state === "READY");
  assert.deepEqual(heard.states, ["STALE", "READY"]);
  assert.equal(files.count(".note"), 1);
  assert.equal(trialog.counters().snapshotsAccepted, 1);
});

test("13.6: each newer position is fetched once, and a kill in it is obeyed", async () => {
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  assert.equal(trialog.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  for (const position of [11, 15, 40]) {
    publish(position);
    await served(trialog, position);
  }
  publish(41, { status: "killed" });
  await until("killed", () => trialog.peek("checkout", USER, "mine").reason === "KILLED");
  await until("ready", () => trialog.state === "READY");
  assert.deepEqual(heard.positions, [10, 11, 15, 40, 41]);
  assert.equal(files.count(".note"), 5);
});

test("13.6: files are asked for without the token; events and receipts go to the base URL with it", async () => {
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  trialog.evaluate("checkout", USER, "mine");
  assert.equal(await trialog.flush(5_000), true);
  assert.equal(platform.events("exposures").length, 1);
  await trialog.close();
  const names = ["keys", "latest", nameOf(10, platform.snapshotAt(10))].map((name) => `${FOLDER}/production/${name}`);
  assert.deepEqual([...new Set(files.asked.map(({ path }) => path))].sort(), names.sort());
  for (const { method, headers } of files.asked) {
    assert.equal(method, "GET");
    assert.ok(!JSON.stringify(headers).includes(TOKEN), "no header has the token");
    assert.equal(headers.authorization, undefined);
  }
  assert.equal(platform.polls + platform.streamsOpened, 0);
  assert.deepEqual(platform.unauthorized, []);
});

test("13.7: a cache that holds the pointer back makes the snapshot STALE, and fresh ones READY again", async () => {
  let note = publish(10);
  const trialog = client({ staleAfterMillis: 200, safeAfterMillis: 200 });
  await served(trialog, 10);
  assert.equal(trialog.evaluate("checkout", USER, "mine").reason, "NOT_READY", "8.4: not confirmed yet");
  confirm(10, note);
  await until("ready", () => trialog.state === "READY");
  assert.equal(trialog.evaluate("checkout", USER, "mine").reason, "ASSIGNED");
  files.holdBack();
  note = publish(11);
  await until("stale", () => trialog.state === "STALE");
  assert.equal(trialog.evaluate("checkout", USER, "mine").reason, "NOT_READY", "8.4");
  assert.equal(trialog.snapshot?.position, 10);
  files.caches.clear();
  await served(trialog, 11);
  await until("ready again", () => trialog.state === "READY");
});

test("13.7: an earlier pointer of the same position confirms nothing", async () => {
  const note = publish(10);
  const early = files.files.get(`${FOLDER}/production/latest`)!;
  confirm(10, note);
  const trialog = client();
  await served(trialog, 10);
  files.write("latest", early);
  await looks(3);
  assert.equal(trialog.state, "STALE");
  assert.deepEqual(trialog.counters().snapshotsRefused, {});
  confirm(10, note);
  await until("ready", () => trialog.state === "READY");
});

test("13.8: where the file is gone, the pointer is asked for again", async () => {
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  files.remove(nameOf(11, publish(11)));
  await until("gone", () => heard.problems.some((each) => /11-[0-9a-f]{16}\.note, found status 404/.test(each)));
  assert.equal(trialog.snapshot?.position, 10);
  publish(12);
  await served(trialog, 12);
  assert.deepEqual(trialog.counters().snapshotsRefused, {});
});

test("13.6: a file that has not its hash is not taken; it is asked for past the caches, once a look", async () => {
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  const good = platform.snapshotAt(11, { status: "killed" });
  const name = nameOf(11, good);
  // Rightly signed, and another file than the pointer says.
  files.caches.set(`${FOLDER}/production/${name}`, platform.snapshotAt(11));
  files.publish(11, good, platform.signer);
  await until("told", () => heard.problems.some((each) => each.includes("has not the hash")));
  assert.equal(trialog.snapshot?.position, 10);
  assert.deepEqual(trialog.counters().snapshotsRefused, {}, "it was not offered");
  const asked = files.asked.filter(({ path }) => path.endsWith(name));
  assert.equal(asked[0]?.headers["cache-control"], undefined);
  assert.equal(asked[1]?.headers["cache-control"], "no-cache");
  files.caches.clear();
  await until("killed", () => trialog.peek("checkout", USER, "mine").reason === "KILLED");
});

test("13.6: a pointer is refused as a snapshot is, and what is served stays", async () => {
  const refused = (found: string) => until(found, () => heard.refusals.includes(`files ${found}`));
  const note = publish(10);
  const trialog = client();
  await served(trialog, 10);
  const { signer } = platform;
  const killed = platform.snapshotAt(9, { status: "killed" });
  files.write(nameOf(9, killed), killed);
  files.write("latest", pointer(9, killed, files.later(), "production", signer));
  await refused("OLDER_POSITION");
  files.write("latest", pointer(11, note, files.later(), "staging", signer));
  await refused("OTHER_ENVIRONMENT");
  files.write("latest", pointer(11, note, files.later(), "production", new Signer()));
  await refused("NOT_SIGNED_BY_KEY");
  files.write("latest", pointer(11, note, files.later(), "production", signer).replace("\n11\n", "\n12\n"));
  await refused("BAD_SIGNATURE");
  files.write("latest", note);
  await refused("INVALID");
  files.write("latest", "nothing");
  await refused("NOT_A_NOTE");
  files.write("latest", Buffer.alloc(4_097, 0x78));
  await refused("TOO_LARGE");
  files.write("latest", Buffer.from([0xff, 0x0a]));
  await refused("NOT_UTF8");
  assert.equal(trialog.snapshot?.position, 10);
  assert.equal(trialog.state, "STALE");
  assert.equal(files.count(".note"), 1, "no file was asked for because of them");
  confirm(10, note);
  await until("ready", () => trialog.state === "READY");
});

test("13.6: what is no pointer is INVALID, although it is signed", async () => {
  const note = platform.snapshotAt(10);
  const right = pointer(10, note, TIME, "production");
  const wrong = [
    right.replace("trialog/latest", "trialog/newest"),
    right.replace("\n10\n", "\n010\n"),
    right.replace("\n10\n", "\n11\n"),
    right.replace(/10-[0-9a-f]{16}/, "10-0000000000000000"),
    right.replace("10-", "../10-"),
    right.replace(TIME, "2026-11-22T10:00:00Z"),
    right.replace(TIME, "2026-02-30T10:00:00.000Z"),
    right.replace(TIME, `${TIME}\nmore`),
  ];
  const trialog = client();
  for (const [i, each] of wrong.entries()) {
    files.write("latest", platform.signer.note(each.slice(0, -1)));
    await until(`${i}`, () => heard.refusals.length > 0);
    assert.ok(heard.refusals.every((refusal) => refusal === "files INVALID"), `${i}: ${heard.refusals}`);
    files.files.clear();
    await looks(2);
    heard.refusals.length = 0;
  }
  assert.equal(files.count(".note"), 0);
  files.publish(10, note, platform.signer);
  await served(trialog, 10);
});

test("4.3: what the pointer names is checked like any snapshot", async () => {
  const stranger = new Signer();
  const text = `${writeCanonical(snapshotTree(10))}\n`;
  files.publish(10, stranger.note(text), platform.signer);
  const trialog = client();
  await until("refused", () => heard.refusals.includes("files NOT_SIGNED_BY_KEY"));
  assert.equal(trialog.snapshot, undefined);
  assert.equal(trialog.state, "OFFLINE");
  files.publish(12, platform.snapshotAt(11), platform.signer);
  await served(trialog, 11);
  files.point(12, platform.snapshotAt(11), platform.signer);
  await looks(3);
  assert.equal(trialog.state, "STALE", "13.7: a pointer to another position than what is served confirms nothing");
});

test("7.1 and 7.5: a server that is away or redirects leads to OFFLINE, and nothing is followed", async () => {
  publish(10);
  files.status = 302;
  const trialog = client();
  await until("offline", () => trialog.state === "OFFLINE");
  assert.equal(files.count("?moved"), 0);
  files.status = 503;
  await looks(2);
  assert.ok(heard.problems.some((each) => /production\/latest, found status 503/.test(each)));
  files.status = 0;
  await served(trialog, 10);
  assert.deepEqual(heard.states, ["OFFLINE", "STALE"]);
});

function state(...statements: readonly string[]): void {
  files.write("keys", JSON.stringify({ statements }));
}

test("12.8: statements are read from the file, and a pinned key is followed through an overlap and after", async () => {
  const { signer: first } = platform;
  const second = new Signer();
  publish(10);
  const storage = memoryStorage();
  const trialog = client({ storage });
  await served(trialog, 10);
  assert.deepEqual(heard.problems, [], "a missing file is an empty list");
  state(rotation(first, second));
  publish(11, {}, second, first);
  await served(trialog, 11);
  publish(12, {}, second);
  await served(trialog, 12);
  assert.deepEqual(trialog.counters().snapshotsRefused, {});
  publish(13);
  await until("retired", () => heard.refusals.includes("files KEY_RETIRED"));
  assert.equal(platform.keyRequests, 0, "the server was not asked");
  await trialog.close();
  files.status = 503;
  const after = client({ storage });
  assert.equal(after.snapshot?.position, 12, "12.5: statements are kept");
});

test("12.6 and 12.8: a stolen key is revoked by the file, and what it signed is replaced", async () => {
  const { signer: first } = platform;
  const second = new Signer();
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  publish(TOP);
  await served(trialog, TOP);
  state(rotation(first, second), revocation(second, first));
  publish(11, {}, second);
  await served(trialog, 11);
  publish(12);
  await until("revoked", () => heard.refusals.includes("files KEY_REVOKED"));
  assert.equal(trialog.snapshot?.position, 11);
});

test("12.5 and 12.8: a file of statements that cannot be read changes no key, and is told", async () => {
  const told = (what: RegExp) => until(String(what), () => heard.problems.some((each) => what.test(each)));
  files.write("keys", "[]");
  publish(10);
  const trialog = client();
  await served(trialog, 10);
  await told(/expected an object with the member statements/);
  state("no statement", rotation(new Signer(), new Signer()));
  publish(11, {}, platform.signer, new Signer());
  await served(trialog, 11);
  await told(/a statement about keys was refused: MALFORMED/);
  files.write("keys", Buffer.alloc(1024 * 1024 + 1, 0x20));
  publish(12);
  await served(trialog, 12);
  await told(/more than 1048576 bytes/);
});

test("12.5: a pointer with other key ids asks for statements not more often than the client looks", async () => {
  publish(11, {}, new Signer());
  client({ pollIntervalMillis: 3_600_000 });
  await until("refused", () => heard.refusals.length >= 8);
  assert.equal(files.count("/keys"), 1);
});

test("4.4: without a key the server is asked for it, once, and the files still get no token", async () => {
  publish(10);
  const trialog = platform.trusting({ snapshotFiles: `${files.url()}/`, pollIntervalMillis: 20 });
  await served(trialog, 10);
  assert.equal(platform.keyRequests, 1);
  assert.ok(files.asked.every(({ headers }) => headers.authorization === undefined));
});

test("a mode needs its settings", () => {
  const make = (more: Partial<Settings>) =>
    createClient({ baseUrl: platform.url, token: TOKEN, environment: "production", ...more });
  const wrong: readonly [keyof Settings, Partial<Settings>][] = [
    ["snapshotFiles", { mode: "files" }],
    ["mode", { mode: "polling", snapshotFiles: "https://cdn.example.com" }],
    ["mode", { mode: "other" as "files" }],
    ["snapshotFiles", { snapshotFiles: "file:///x" }],
    ["snapshotFiles", { snapshotFiles: "https://cdn.example.com/?key=1" }],
    ["snapshotFiles", { snapshotFiles: "cdn" }],
  ];
  for (const [setting, more] of wrong) {
    assert.throws(() => make(more), (error) => error instanceof InvalidSetting && error.setting === setting);
  }
});
