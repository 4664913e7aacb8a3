/** Reads snapshots from what a server sent, trusting only the key (protocol clauses 3, 4 and 9). */

import { NoteError, openNote, openNoteNow, type VerifierKey } from "../note/note.js";
import type { KeyRing } from "../note/ring.js";
import { readCanonical, type Json } from "./json.js";
import { Invalid, Member } from "./member.js";
import { checkPrerequisites } from "./prerequisites.js";
import { readExclusionSet, readExperiment, readFlag, readHoldout } from "./parts.js";
import { Holdouts, Snapshot, type HashSpace } from "./snapshot.js";

/** Largest note, 16 MiB. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** Most experiments; most flags, holdouts and exclusion sets, too. */
const MAX_PARTS = 10_000;
const ENVIRONMENT = /^[a-z0-9-]{1,32}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const FORMAT_1 = ["environment", "experiments", "format", "position", "time"];
const MORE = ["exclusion_sets", "flags", "holdouts", "kill_switch"];
const MEMBERS = { 1: new Set(FORMAT_1), 2: new Set([...FORMAT_1, ...MORE]) };

/** Why a snapshot was refused, in the order of the checks of a whole note; deltas last (4.3, 10.4). */
export type RefusalReason =
  | "TOO_LARGE"
  | "NOT_UTF8"
  | "NOT_A_NOTE"
  | "NOT_SIGNED_BY_KEY"
  | "KEY_REVOKED"
  | "KEY_RETIRED"
  | "BAD_SIGNATURE"
  | "NOT_CANONICAL"
  | "UNKNOWN_FORMAT"
  | "INVALID"
  | "OTHER_ENVIRONMENT"
  | "OLDER_POSITION"
  | "BAD_DELTA"
  | "UNKNOWN_BASE";

/** A snapshot that must not be served. */
export class SnapshotRefused extends Error {
  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
    this.name = "SnapshotRefused";
  }
}

/**
 * The snapshot of a signed note.
 *
 * @param environment the one that was asked for; a snapshot of another is refused, although its
 *   signature may be right
 * @throws SnapshotRefused with the first check that failed
 */
export async function openSnapshot(
  note: Uint8Array | string,
  key: VerifierKey,
  environment: string,
): Promise<Snapshot> {
  const text = decoded(note);
  try {
    return inside(await openNote(text, key), environment);
  } catch (error) {
    throw refusal(error);
  }
}

/** The same at once; for a start that must not wait. */
export function openSnapshotNow(note: Uint8Array | string, key: VerifierKey, environment: string): Snapshot {
  const text = decoded(note);
  try {
    return inside(openNoteNow(text, key), environment);
  } catch (error) {
    throw refusal(error);
  }
}

/** The key of a ring that decides on a note. */
export function deciding(note: Uint8Array | string, ring: KeyRing): VerifierKey {
  const text = decoded(note);
  try {
    return ring.decides(text);
  } catch (error) {
    throw refusal(error);
  }
}

/** A note's error as a refusal; any other as it is. */
export function refusal(error: unknown): unknown {
  return error instanceof NoteError ? new SnapshotRefused(error.reason, error.message) : error;
}

/** The text of a note, or of a delta. */
export function decoded(note: Uint8Array | string): string {
  if (note.length > MAX_BYTES) {
    throw new SnapshotRefused("TOO_LARGE", `expected at most ${MAX_BYTES} bytes, found ${note.length}`);
  }
  if (typeof note === "string") {
    return note;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(note);
  } catch {
    throw new SnapshotRefused("NOT_UTF8", "the note is not UTF-8");
  }
}

function inside(text: string, environment: string): Snapshot {
  const json = text.slice(0, -1);
  if (json.includes("\n")) {
    throw new SnapshotRefused("NOT_A_NOTE", "expected a text of one line");
  }
  const snapshot = parseSnapshot(json);
  if (snapshot.environment !== environment) {
    throw new SnapshotRefused(
      "OTHER_ENVIRONMENT",
      `expected a snapshot of ${environment}, found one of ${snapshot.environment}`,
    );
  }
  return snapshot;
}

/**
 * The snapshot of canonical JSON whose origin the caller vouches for: a test, a store of its own.
 *
 * @throws SnapshotRefused NOT_CANONICAL, UNKNOWN_FORMAT or INVALID
 */
export function parseSnapshot(json: string): Snapshot {
  const tree = new Member("snapshot", canonical(json));
  try {
    return readSnapshot(tree, format(tree), json);
  } catch (error) {
    if (error instanceof Invalid) {
      throw new SnapshotRefused("INVALID", error.message);
    }
    throw error;
  }
}

function canonical(json: string): Json {
  try {
    return readCanonical(json);
  } catch (error) {
    // The parser's own message may quote the text.
    const ours = error instanceof Error && !(error instanceof SyntaxError);
    throw new SnapshotRefused("NOT_CANONICAL", ours ? error.message : "the text is not JSON");
  }
}

/** Format 2 is known by its number and its members: a 2 on format 1 is no format. */
function format(tree: Member): 1 | 2 {
  const found = tree.get("format").integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  if (found === 1 || (found === 2 && MORE.every((member) => tree.has(member)))) {
    return found;
  }
  throw new SnapshotRefused("UNKNOWN_FORMAT", `expected format 1 or 2 with its members, found ${found}`);
}

function readSnapshot(tree: Member, format: 1 | 2, json: string): Snapshot {
  tree.only(MEMBERS[format]);
  const environment = tree.get("environment").text();
  if (!ENVIRONMENT.test(environment)) {
    throw new Invalid("environment must match [a-z0-9-]{1,32}");
  }
  const position = tree.get("position").integer(0, Number.MAX_SAFE_INTEGER);
  const time = timeOf(tree.get("time"));
  const more = format === 2;
  const spaces = more
    ? sorted(tree.get("exclusion_sets"), MAX_PARTS, readExclusionSet)
    : new Map<string, HashSpace>();
  const holdouts = new Holdouts(
    more ? [...sorted(tree.get("holdouts"), MAX_PARTS, readHoldout).values()] : [],
  );
  const experiments = sorted(tree.get("experiments"), MAX_PARTS, (member) =>
    readExperiment(member, format, holdouts, spaces),
  );
  const flags = more ? sorted(tree.get("flags"), MAX_PARTS, readFlag) : new Map();
  const killSwitch = more && tree.get("kill_switch").truth();
  checkPrerequisites(experiments, flags);
  return new Snapshot(format, environment, position, time, killSwitch, experiments, flags, json);
}

/** Parts by key, which must ascend by UTF-16 code units. */
function sorted<T>(list: Member, most: number, read: (member: Member) => T): Map<string, T> {
  const parts = new Map<string, T>();
  let before = "";
  for (const element of list.elements("parts", most)) {
    const part = read(element);
    const key = element.get("key").key();
    if (key <= before) {
      throw new Invalid("parts must be sorted by key, each one once");
    }
    before = key;
    parts.set(key, part);
  }
  return parts;
}

function timeOf(member: Member): string {
  const text = member.text();
  if (!isTime(text) || text < "1970") {
    throw new Invalid("time must be a UTC time in milliseconds, from 1970 to 9999");
  }
  return text;
}

/** Only the very form that is written: `toISOString` undoes every other. */
export function isTime(text: string): boolean {
  const time = TIME.test(text) ? new Date(text) : new Date(NaN);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
}
