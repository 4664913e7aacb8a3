/** Snapshot keys that follow each other, and are revoked, by signed statements (protocol clause 12). */

import { demandNote, keyIds, NoteError, openNoteNow, VerifierKey } from "./note.js";

const ROTATION = "trialog snapshot key rotation";
const REVOCATION = "trialog snapshot key revocation";
const MAX_CHARS = 16_384;
const MAX_KEYS = 100;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A statement about keys that was not learnt from. */
export class StatementRefused extends Error {
  constructor(
    readonly reason: "MALFORMED" | "NOT_SIGNED_BY_KEY" | "BAD_SIGNATURE" | "FORKED",
    message: string,
  ) {
    super(message);
    this.name = "StatementRefused";
  }
}

/** A statement that has the form of one and is not verified yet. */
interface Statement {
  readonly key: VerifierKey;
  /** Absent in a revocation. */
  readonly successor?: VerifierKey;
}

/**
 * The keys that are trusted for one environment: the first one, which was given, and those that
 * follow it. Immutable. No clock decides: a note by a newer key ends the trust in the older ones,
 * because from then on an honest server signs with the newer one too.
 */
export class KeyRing {
  private constructor(
    /** From the first to the newest. */
    readonly keys: readonly VerifierKey[],
    private readonly revoked: ReadonlySet<string>,
    /** The statements that made the ring, in their order. */
    readonly statements: readonly string[],
    /** The index of the oldest key that is still trusted. */
    private readonly oldest: number,
  ) {}

  static of(first: VerifierKey): KeyRing {
    return new KeyRing([first], new Set(), [], 0);
  }

  /**
   * The ring after one more statement; the same ring when it is about keys of others, or known.
   *
   * @throws StatementRefused
   */
  with(note: string): KeyRing {
    try {
      const statement = parse(note);
      const at = this.indexOf(statement.key);
      if (at < 0) {
        return this;
      }
      return statement.successor === undefined
        ? this.revoking(note, at)
        : this.followed(note, at, statement.successor);
    } catch (error) {
      throw refusal(error);
    }
  }

  private followed(note: string, at: number, successor: VerifierKey): KeyRing {
    openNoteNow(note, this.keys[at]!);
    openNoteNow(note, successor);
    if (this.keys[at + 1]?.toString() === successor.toString()) {
      return this;
    }
    if (at < this.keys.length - 1 || this.indexOf(successor) >= 0) {
      throw new StatementRefused("FORKED", `the key ${this.keys[at]!.id} has another successor`);
    }
    if (this.keys.length === MAX_KEYS) {
      throw new StatementRefused("MALFORMED", `expected at most ${MAX_KEYS} keys`);
    }
    return new KeyRing([...this.keys, successor], this.revoked, [...this.statements, note], this.oldest);
  }

  private revoking(note: string, at: number): KeyRing {
    const by = this.keys.slice(at + 1).reverse();
    if (!by.some((key) => !this.isRevoked(key) && signed(note, key))) {
      throw new StatementRefused(
        "NOT_SIGNED_BY_KEY",
        "expected a revocation by a successor that is not revoked",
      );
    }
    const key = this.keys[at]!;
    return this.isRevoked(key)
      ? this
      : new KeyRing(
          this.keys,
          new Set([...this.revoked, key.toString()]),
          [...this.statements, note],
          this.oldest,
        );
  }

  /**
   * The key that decides on a note: the newest trusted one with a signature line.
   *
   * @throws NoteError KEY_REVOKED or KEY_RETIRED when only such keys of the ring have a line, and
   *   NOT_A_NOTE before
   */
  decides(note: string): VerifierKey {
    const ids = keyIds(note, this.newest.name);
    const named = [...this.keys].reverse().filter((key) => ids.has(key.id));
    const trusted = named.find((key) => this.indexOf(key) >= this.oldest && !this.isRevoked(key));
    if (trusted !== undefined || named.length === 0) {
      // With no line of ours the newest key says what is wrong: no note, or not signed.
      return trusted ?? this.newest;
    }
    const newest = named[0]!;
    demandNote(note, newest);
    throw this.isRevoked(newest)
      ? new NoteError("KEY_REVOKED", `the key ${newest.id} is revoked`)
      : new NoteError("KEY_RETIRED", `a newer key than ${newest.id} has signed before`);
  }

  /** The ring once a note by this key was taken: the ones before it are trusted no more. */
  provenBy(key: VerifierKey): KeyRing {
    const at = this.indexOf(key);
    return at <= this.oldest ? this : new KeyRing(this.keys, this.revoked, this.statements, at);
  }

  get newest(): VerifierKey {
    return this.keys[this.keys.length - 1]!;
  }

  isRevoked(key: VerifierKey): boolean {
    return this.revoked.has(key.toString());
  }

  private indexOf(key: VerifierKey): number {
    return this.keys.findIndex((each) => each.toString() === key.toString());
  }
}

function signed(note: string, key: VerifierKey): boolean {
  try {
    openNoteNow(note, key);
    return true;
  } catch (error) {
    if (error instanceof NoteError && error.reason === "NOT_SIGNED_BY_KEY") {
      return false;
    }
    throw error;
  }
}

function parse(note: string): Statement {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || note.length > MAX_CHARS) {
    throw malformed(`expected a note of at most ${MAX_CHARS} characters`);
  }
  const lines = note.slice(0, split).split("\n");
  if (lines.length === 5 && lines[0] === ROTATION) {
    return rotation(lines);
  }
  if (lines.length === 3 && lines[0] === REVOCATION) {
    timeOf(lines[2]!);
    return { key: VerifierKey.parse(lines[1]!) };
  }
  throw malformed("expected a rotation of five lines or a revocation of three");
}

function rotation(lines: readonly string[]): Statement {
  const key = VerifierKey.parse(lines[1]!);
  const successor = VerifierKey.parse(lines[2]!);
  if (key.toString() === successor.toString() || key.name !== successor.name) {
    throw malformed("expected two keys of one name");
  }
  if (timeOf(lines[4]!) < timeOf(lines[3]!)) {
    throw malformed("expected an end that is not before the begin");
  }
  return { key, successor };
}

/** Only the very form that is written: `toISOString` undoes every other. */
function timeOf(text: string): number {
  const time = TIME.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) {
    throw malformed("expected a time as YYYY-MM-DDTHH:MM:SS.mmmZ");
  }
  return time.getTime();
}

function malformed(message: string): StatementRefused {
  return new StatementRefused("MALFORMED", message);
}

function refusal(error: unknown): unknown {
  if (!(error instanceof NoteError)) {
    return error;
  }
  const signature = error.reason === "BAD_SIGNATURE" || error.reason === "NOT_SIGNED_BY_KEY";
  return new StatementRefused(
    signature ? (error.reason as "BAD_SIGNATURE" | "NOT_SIGNED_BY_KEY") : "MALFORMED",
    error.message,
  );
}
