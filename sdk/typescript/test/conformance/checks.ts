/**
 * What every vector demands, apart from where vectors are read: the same checks run in Node and in
 * a browser. A check answers the failures it found, each in one line.
 */

import { enrol, slotTable, type Share } from "../../src/hash/shares.js";
import { slot } from "../../src/hash/slots.js";
import { sha256 } from "../../src/hash/sha256.js";
import { utf8 } from "../../src/hash/utf8.js";
import type { Context } from "../../src/evaluate/context.js";
import { Recorder } from "../../src/client/recorder.js";
import { evaluate, evaluateFlag } from "../../src/evaluate/evaluator.js";
import { Overrides } from "../../src/evaluate/overrides.js";
import { VerifierKey } from "../../src/note/note.js";
import { SnapshotHolder } from "../../src/snapshot/holder.js";
import { openSnapshotNow, SnapshotRefused } from "../../src/snapshot/reader.js";
import type { Snapshot } from "../../src/snapshot/snapshot.js";

export interface Result {
  readonly cases: number;
  readonly failures: readonly string[];
}

export interface Question {
  readonly experiment?: string;
  readonly flag?: string;
  readonly context: Context;
  readonly fallback: string;
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface Case {
  readonly environment: string;
  readonly vkey: string;
  readonly position?: number;
  readonly questions?: readonly Question[];
  readonly reason?: string;
}

/** A folder of vectors about snapshots. */
export interface Folder {
  readonly name: string;
  readonly case: Case;
  readonly note: Uint8Array;
  readonly served?: Uint8Array;
  /** The data of an event, from which a note must be made; then `note` is what it must be. */
  readonly delta?: Uint8Array;
}

/** Clauses 1.1 to 1.3. */
export function checkSlots(rows: readonly (readonly [string, string, number])[]): Result {
  const failures = rows
    .map(([salt, subject, wanted]) => ({ salt, subject, wanted, found: slot(salt, subject) }))
    .filter(({ wanted, found }) => wanted !== found)
    .map((row) => JSON.stringify(row));
  return { cases: rows.length, failures };
}

export interface ShareList {
  readonly name: string;
  readonly shares: readonly Share[];
  readonly control: string;
  readonly runs: readonly (readonly [number, number, string])[];
  readonly sha256: string;
}

/** Clauses 2.1 and 2.2: full traffic is the table itself. */
export function checkShares(lists: readonly ShareList[]): Result {
  const failures: string[] = [];
  for (const list of lists) {
    const table = enrol(slotTable(list.shares, list.control), 1_000_000);
    const runs = table.map(({ from, to, variant }) => [from, to, variant]);
    const owners = table.flatMap(({ from, to, variant }) => new Array(to - from).fill(variant));
    const digest = Array.from(sha256(utf8(owners.join(","))), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    if (JSON.stringify(runs) !== JSON.stringify(list.runs) || digest !== list.sha256) {
      failures.push(`${list.name}: found ${JSON.stringify(runs)}`);
    }
  }
  return { cases: lists.length, failures };
}

export interface Ramp {
  readonly name: string;
  readonly ppm: number;
  readonly ranges: readonly (readonly [number, number, string])[];
}

/** Clauses 2.2 and 2.3: what each traffic enrols of the tables. */
export function checkRamps(lists: readonly ShareList[], ramps: readonly Ramp[]): Result {
  const tables = new Map(lists.map(({ name, shares, control }) => [name, slotTable(shares, control)]));
  const failures = ramps
    .map(({ name, ppm, ranges }) => {
      const found = enrol(tables.get(name)!, ppm).map(({ from, to, variant }) => [from, to, variant]);
      return { name, ppm, wanted: JSON.stringify(ranges), found: JSON.stringify(found) };
    })
    .filter(({ wanted, found }) => wanted !== found)
    .map((row) => JSON.stringify(row));
  return { cases: ramps.length, failures };
}

/** Clauses 3 to 6.1, 9 and 10: answers, or the reason of a refusal, by both ways to verify. */
export async function checkFolder(folder: Folder): Promise<Result> {
  if (folder.delta !== undefined && !folder.name.endsWith("_refused")) {
    return checkDelta(folder, folder.delta);
  }
  return folder.name.endsWith("_refused") ? checkRefused(folder) : checkAnswers(folder);
}

/** A chain of keys: statements that are learnt, and notes that are offered. */
export interface KeyStory {
  readonly name: string;
  readonly environment: string;
  readonly vkey: string;
  readonly steps: readonly { readonly statement?: string; readonly note?: string; readonly answer: string }[];
}

/** Clause 12, by both ways to verify. */
export async function checkKeys(stories: readonly KeyStory[]): Promise<Result> {
  const failures: string[] = [];
  for (const { name, environment, vkey, steps } of stories) {
    for (const way of ["offer", "offerNow"] as const) {
      const holder = new SnapshotHolder(environment, VerifierKey.parse(vkey));
      for (const [at, { statement, note, answer }] of steps.entries()) {
        const found =
          statement === undefined
            ? (await outcome(() => holder[way](utf8(note ?? ""))))
                .replace("accepted true", "accepted")
                .replace("accepted false", "unchanged")
            : learnt(holder, statement);
        if (found !== answer) {
          failures.push(`${name}, step ${at + 1}, ${way}: expected ${answer}, found ${found}`);
        }
      }
    }
  }
  return { cases: stories.length, failures };
}

function learnt(holder: SnapshotHolder, statement: string): string {
  const before = holder.keys.statements.length;
  const [refused] = holder.learn([statement]);
  return refused?.split(":")[0] ?? (holder.keys.statements.length > before ? "learnt" : "nothing");
}

/** What one client meets: pointers, the files they name, notes and statements about keys. */
export interface PointerStory {
  readonly environment: string;
  readonly vkey: string;
  readonly steps: readonly PointerStep[];
}

export interface PointerStep {
  readonly statement?: string;
  readonly note?: string;
  readonly pointer?: string;
  readonly hex?: string;
  readonly filler?: number;
  readonly answer: string;
  readonly position?: number;
  readonly file?: string;
  readonly issued?: string;
  readonly fetch?: boolean;
  readonly content?: string;
  readonly content_answer?: string;
  readonly confirms?: boolean;
  readonly served: number | null;
}

/** Clauses 12.8, 13.6 and 13.7, by both ways to verify a snapshot. */
export async function checkPointers(name: string, wanted: PointerStory): Promise<Result> {
  const failures: string[] = [];
  for (const way of ["offer", "offerNow"] as const) {
    const holder = new SnapshotHolder(wanted.environment, VerifierKey.parse(wanted.vkey));
    for (const [at, step] of wanted.steps.entries()) {
      const { statement: _, note: __, pointer: ___, hex: ____, filler: _____, content: ______, ...answer } = step;
      const found = { ...(await met(holder, way, step)), served: holder.current?.position ?? null };
      if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(answer))) {
        failures.push(`${name}, step ${at + 1}, ${way}: found ${JSON.stringify(found)}`);
      }
    }
  }
  return { cases: wanted.steps.length, failures };
}

async function met(
  holder: SnapshotHolder,
  way: "offer" | "offerNow",
  step: PointerStep,
): Promise<Record<string, unknown>> {
  const offered = async (note: string) => (await taken(() => holder[way](utf8(note)))).replace(/^(ACCEPTED|UNCHANGED)$/, lower);
  if (step.statement !== undefined) {
    return { answer: learnt(holder, step.statement) };
  }
  if (step.note !== undefined) {
    return { answer: await offered(step.note) };
  }
  try {
    const pointer = await holder.point(pointerBytes(step));
    const { position, file, issued } = pointer;
    const fetch = position > (holder.trusted?.position ?? -1);
    const content =
      step.content === undefined
        ? {}
        : { content_answer: (await pointer.names(utf8(step.content))) ? await offered(step.content) : "OTHER_HASH" };
    const confirms = holder.isConfirmedBy(pointer);
    return { answer: "accepted", position, file, issued, fetch, ...content, confirms };
  } catch (error) {
    return { answer: error instanceof SnapshotRefused ? error.reason : String(error) };
  }
}

function lower(text: string): string {
  return text.toLowerCase();
}

function pointerBytes({ pointer, hex, filler }: PointerStep): Uint8Array {
  return hex === undefined
    ? utf8(pointer ?? "x".repeat(filler ?? 0))
    : Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
}

async function checkRefused(folder: Folder): Promise<Result> {
  const { environment, vkey, reason } = folder.case;
  const failures: string[] = [];
  for (const way of ["offer", "offerNow"] as const) {
    const holder = new SnapshotHolder(environment, VerifierKey.parse(vkey));
    if (folder.served !== undefined) {
      await holder[way](folder.served);
    }
    const before = holder.current;
    const note = () => (folder.delta === undefined ? folder.note : holder.whole(folder.delta));
    const found = await outcome(() => holder[way](note()));
    const counted = JSON.stringify(holder.refusals) === `{"${reason}":1}`;
    if (found !== reason || !counted || holder.current !== before) {
      failures.push(`${folder.name}, ${way}: expected ${reason}, found ${found}`);
    }
  }
  return { cases: 1, failures };
}

async function checkDelta(folder: Folder, delta: Uint8Array): Promise<Result> {
  const { environment, vkey, position } = folder.case;
  const failures: string[] = [];
  for (const way of ["offer", "offerNow"] as const) {
    const holder = new SnapshotHolder(environment, VerifierKey.parse(vkey));
    await holder[way](folder.served ?? "");
    const note = holder.whole(delta);
    const accepted = await holder[way](note);
    const same = note.length === folder.note.length && note.every((byte, i) => byte === folder.note[i]);
    if (!same || !accepted || holder.current?.position !== position) {
      failures.push(`${folder.name}, ${way}: expected the note of ${position}, found another`);
    }
  }
  return { cases: 1, failures };
}

async function outcome(offer: () => boolean | Promise<boolean>): Promise<string> {
  try {
    return `accepted ${await offer()}`;
  } catch (error) {
    return error instanceof SnapshotRefused ? error.reason : String(error);
  }
}

async function checkAnswers(folder: Folder): Promise<Result> {
  const { environment, vkey, position, questions = [] } = folder.case;
  const key = VerifierKey.parse(vkey);
  const holder = new SnapshotHolder(environment, key);
  await holder.offer(folder.note);
  const snapshot = holder.current;
  const now = openSnapshotNow(folder.note, key, environment);
  const failures = questions.flatMap((question) => checkQuestion(snapshot, question));
  if (snapshot?.position !== position || now.position !== position || questions.length === 0) {
    failures.push(`expected questions, and the position ${position}, found ${snapshot?.position}`);
  }
  return {
    cases: questions.length,
    failures: failures.map((failure) => `${folder.name}: ${failure}`),
  };
}

function checkQuestion(snapshot: Snapshot | undefined, question: Question): readonly string[] {
  const found = question.flag === undefined ? answer(snapshot, question) : flagAnswer(snapshot, question);
  const wanted = question.answer;
  const equal =
    Object.keys(found).sort().join() === Object.keys(wanted).sort().join() &&
    Object.entries(found).every(([member, value]) => value === wanted[member]);
  return equal ? [] : [`${JSON.stringify(question)} found ${JSON.stringify(found)}`];
}

function answer(snapshot: Snapshot | undefined, question: Question): Record<string, unknown> {
  const { experiment = "", context, fallback } = question;
  const decision = evaluate(snapshot, experiment, context, fallback, overrides(question));
  return {
    variant: decision.variant,
    reason: decision.reason,
    payload: decision.payload ?? null,
    slot: decision.slot ?? null,
    epoch: decision.epoch ?? null,
    unit: decision.unit ?? null,
    hashed_subject: decision.hashedSubject ?? null,
  };
}

function overrides(question: Question): Overrides {
  return forced(question.overrides ?? {});
}

function forced(tree: Readonly<Record<string, Readonly<Record<string, string>>>>): Overrides {
  let all = Overrides.none;
  for (const [experiment, subjects] of Object.entries(tree)) {
    for (const [subject, variant] of Object.entries(subjects)) {
      all = subject === "*" ? all.withAll(experiment, variant) : all.with(experiment, subject, variant);
    }
  }
  return all;
}

function flagAnswer(snapshot: Snapshot | undefined, question: Question): Record<string, unknown> {
  const { flag = "", context, fallback } = question;
  const decision = evaluateFlag(snapshot, flag, context, fallback);
  return {
    variant: decision.variant ?? null,
    value: decision.value,
    reason: decision.reason,
    rule: decision.rule ?? null,
    slot: decision.slot ?? null,
  };
}

/** A folder of vectors about what becomes of several notes; the notes by name. */
export interface Notes<T> {
  readonly name: string;
  readonly case: T;
  readonly notes: Readonly<Record<string, Uint8Array>>;
}

export interface Sequence {
  readonly environment: string;
  readonly vkey: string;
  readonly question: { readonly experiment: string; readonly context: Context; readonly fallback: string };
  readonly offers: readonly {
    readonly note?: string;
    readonly filler?: number;
    readonly outcome: string;
    readonly position: number | null;
    readonly reason: string;
  }[];
}

/** Clauses 4.2, 4.3, 8.2 and 8.3: what becomes of offered notes, by both ways to verify. */
export async function checkSequence({ name, case: wanted, notes }: Notes<Sequence>): Promise<Result> {
  const { experiment, context, fallback } = wanted.question;
  const failures: string[] = [];
  for (const way of ["offer", "offerNow"] as const) {
    const holder = new SnapshotHolder(wanted.environment, VerifierKey.parse(wanted.vkey));
    const refused: Record<string, number> = {};
    for (const offer of wanted.offers) {
      const bytes = offer.note === undefined ? new Uint8Array(offer.filler ?? 0).fill(0x78) : notes[offer.note]!;
      const found = await taken(() => holder[way](bytes));
      const position = holder.current?.position ?? null;
      const { reason } = evaluate(holder.current, experiment, context, fallback);
      if (found !== "ACCEPTED" && found !== "UNCHANGED") {
        refused[found] = (refused[found] ?? 0) + 1;
      }
      if (found !== offer.outcome || position !== offer.position || reason !== offer.reason) {
        failures.push(`${name}, ${way}: ${JSON.stringify(offer)} found ${found} ${position} ${reason}`);
      }
    }
    const counted = JSON.stringify(Object.entries(holder.refusals).sort());
    if (counted !== JSON.stringify(Object.entries(refused).sort())) {
      failures.push(`${name}, ${way}: counted ${counted}`);
    }
  }
  return { cases: wanted.offers.length, failures };
}

async function taken(offer: () => boolean | Promise<boolean>): Promise<string> {
  try {
    return (await offer()) ? "ACCEPTED" : "UNCHANGED";
  } catch (error) {
    return error instanceof SnapshotRefused ? error.reason : String(error);
  }
}

export interface Story {
  readonly environment: string;
  readonly vkey: string;
  readonly surface: string;
  readonly segments: readonly string[];
  readonly steps: readonly {
    readonly offer?: string;
    readonly override?: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly evaluate?: string;
    readonly peek?: string;
    readonly all?: true;
    readonly flag?: string;
    readonly context?: Context;
  }[];
  readonly exposures: readonly Readonly<Record<string, unknown>>[];
}

/** Clauses 6.2, 6.3, 9.12 and 9.14: the exposures that a client leaves, but for ids and times. */
export async function checkStory({ name, case: wanted, notes }: Notes<Story>): Promise<Result> {
  const holder = new SnapshotHolder(wanted.environment, VerifierKey.parse(wanted.vkey));
  const found: unknown[] = [];
  const problems: string[] = [];
  const { environment, surface, segments } = wanted;
  const recorder = new Recorder({
    environment,
    surface,
    segments,
    exposureMemory: 100_000,
    now: () => 0,
    snapshot: () => holder.current,
    open: () => true,
    expose: ({ id: _, time: __, ...rest }) => found.push(rest) > 0,
    record: () => void problems.push("an outcome"),
    drop: (why) => void problems.push(why),
  });
  for (const { offer, override, evaluate, peek, all, flag, context = {} } of wanted.steps) {
    if (offer !== undefined) {
      await holder.offer(notes[offer]!);
    } else if (override !== undefined) {
      recorder.overrides = forced(override);
    } else if (evaluate !== undefined) {
      recorder.evaluate(evaluate, context, "fallback");
    } else if (peek !== undefined) {
      recorder.peek(peek, context, "fallback");
    } else if (flag !== undefined) {
      recorder.flag(flag, context, "null");
    } else if (all) {
      recorder.peekAll(context);
    } else {
      problems.push("an unknown step");
    }
  }
  const equal = JSON.stringify(found.map(sorted)) === JSON.stringify(wanted.exposures.map(sorted));
  const failures = equal ? problems : [...problems, `expected other exposures than ${JSON.stringify(found)}`];
  return { cases: wanted.steps.length, failures: failures.map((failure) => `${name}: ${failure}`) };
}

/** The same with members in order, so that texts can be compared. */
function sorted(value: unknown): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)])
    : value;
}
