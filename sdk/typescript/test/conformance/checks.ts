/**
 * What every vector demands, apart from where vectors are read: the same checks run in Node and in
 * a browser. A check answers the failures it found, each in one line.
 */

import { enrol, slotTable, type Share } from "../../src/hash/shares.js";
import { slot } from "../../src/hash/slots.js";
import { sha256 } from "../../src/hash/sha256.js";
import { utf8 } from "../../src/hash/utf8.js";
import type { Context } from "../../src/evaluate/context.js";
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
  let forced = Overrides.none;
  for (const [experiment, subjects] of Object.entries(question.overrides ?? {})) {
    for (const [subject, variant] of Object.entries(subjects)) {
      forced =
        subject === "*" ? forced.withAll(experiment, variant) : forced.with(experiment, subject, variant);
    }
  }
  return forced;
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
