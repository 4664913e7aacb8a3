/**
 * What the browser runs, step by step, each step a page of its own: all vectors; a client that hears
 * of a kill and leaves its page with an event in the queue; a client that starts from what was kept;
 * a client that takes files of a static server that is a stranger to its page.
 */

import type * as Sdk from "../../src/index.js";
import {
  checkFolder,
  checkKeys,
  checkPointers,
  checkRamps,
  checkSequence,
  checkShares,
  checkSlots,
  checkStory,
  type Case,
  type KeyStory,
  type Notes,
  type PointerStory,
  type Ramp,
  type Result,
  type Sequence,
  type ShareList,
  type Story,
} from "../conformance/checks.js";

/** A case with several notes, in base64. */
export interface Encoded<T> {
  readonly name: string;
  readonly case: T;
  readonly notes: Readonly<Record<string, string>>;
}

/** All vectors, as the server hands them over; bytes are base64. */
export interface Vectors {
  readonly slots: readonly (readonly [string, string, number])[];
  readonly shares: readonly ShareList[];
  readonly ramps: readonly Ramp[];
  readonly folders: readonly {
    readonly topic: string;
    readonly name: string;
    readonly case: Case;
    readonly note: string;
    readonly served?: string;
    readonly delta?: string;
  }[];
  readonly sequences: readonly Encoded<Sequence>[];
  readonly stories: readonly Encoded<Story>[];
  readonly keys: readonly KeyStory[];
  readonly pointers: Readonly<Record<string, PointerStory>>;
}

/** What a page reports. */
export interface Report {
  readonly step: string;
  readonly secure: boolean;
  readonly cases: number;
  readonly failures: readonly string[];
}

const USER = { user_id: "630001" };
const failures: string[] = [];
let cases = 0;

function expect(what: string, holds: boolean): void {
  cases++;
  if (!holds) {
    failures.push(what);
  }
}

function add(result: Result): void {
  cases += result.cases;
  failures.push(...result.failures);
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function decoded<T>({ name, case: wanted, notes }: Encoded<T>): Notes<T> {
  const entries = Object.entries(notes).map(([file, note]) => [file, bytes(note)] as const);
  return { name, case: wanted, notes: Object.fromEntries(entries) };
}

async function runVectors(): Promise<void> {
  const vectors = (await (await fetch("/vectors.json")).json()) as Vectors;
  add(checkSlots(vectors.slots));
  add(checkShares(vectors.shares));
  add(checkRamps(vectors.shares, vectors.ramps));
  for (const { name, case: wanted, note, served, delta } of vectors.folders) {
    const before = {
      ...(served === undefined ? {} : { served: bytes(served) }),
      ...(delta === undefined ? {} : { delta: bytes(delta) }),
    };
    add(await checkFolder({ name, case: wanted, note: bytes(note), ...before }));
  }
  for (const sequence of vectors.sequences) {
    add(await checkSequence(decoded(sequence)));
  }
  for (const story of vectors.stories) {
    add(await checkStory(decoded(story)));
  }
  add(await checkKeys(vectors.keys));
  for (const [name, story] of Object.entries(vectors.pointers)) {
    add(await checkPointers(name, story));
  }
}

async function client(named = "settings"): Promise<{ sdk: typeof Sdk; client: Sdk.TrialogClient }> {
  // The package as it is published, not the tests' own compilation of it.
  const sdk = (await import("/dist/index.js" as string)) as typeof Sdk;
  const settings = (await (await fetch(`/${named}.json`)).json()) as Sdk.Settings;
  const storage = sdk.browserStorage();
  return { sdk, client: sdk.createClient({ ...settings, baseUrl: location.origin, storage }) };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(what, holds());
}

async function runClient(): Promise<void> {
  const { client: trialog } = await client();
  expect("7.5: INITIALIZING at first", trialog.state === "INITIALIZING");
  expect("7.5: READY", (await trialog.ready(10_000)) && trialog.state === "READY");
  expect("5.1: ASSIGNED", trialog.evaluate("checkout", USER, "f").reason === "ASSIGNED");
  await until("7.3: a stream", () => trialog.counters().streamsOpened === 1);
  await fetch("/control/kill", { method: "POST" });
  await until("8.3: KILLED", () => trialog.peek("checkout", USER, "f").reason === "KILLED");
  expect("6.6: the exposure waits", trialog.counters().eventsPending === 1);
}

async function runNext(): Promise<void> {
  const { client: trialog } = await client();
  expect("7.6: what was kept is served at once", trialog.state === "STALE");
  expect("7.6: KILLED, as kept", trialog.peek("checkout", USER, "f").reason === "KILLED");
  await until("7.5: READY again", () => trialog.state === "READY");
  await trialog.close();
}

async function runFiles(): Promise<void> {
  const { client: trialog } = await client("files-settings");
  expect("13.7: STALE at first", (await trialog.ready(10_000)) && trialog.state === "STALE");
  expect("13.6: ASSIGNED", trialog.peek("checkout", USER, "f").reason === "ASSIGNED");
  await fetch("/control/files-issue", { method: "POST" });
  await until("13.7: READY", () => trialog.state === "READY");
  await fetch("/control/files-kill", { method: "POST" });
  await until("8.3: KILLED", () => trialog.peek("checkout", USER, "f").reason === "KILLED");
  expect("7.3: no stream", trialog.counters().streamsOpened === 0);
  await trialog.close();
}

const STEPS: Record<string, () => Promise<void>> = {
  vectors: runVectors,
  client: runClient,
  next: runNext,
  files: runFiles,
};

async function run(): Promise<void> {
  const [step = "", ...rest] = (new URLSearchParams(location.search).get("steps") ?? "").split(",");
  try {
    await STEPS[step]?.();
  } catch (error) {
    failures.push(String(error));
  }
  const report: Report = { step, secure: isSecureContext, cases, failures: failures.slice(0, 20) };
  await fetch("/control/report", { method: "POST", body: JSON.stringify(report) });
  if (rest.length > 0) {
    location.assign(`/page.html?steps=${rest.join()}`);
  }
}

void run();
