/** Which file has the newest snapshot, as a signed note of its own (protocol clause 13.6). */

import { sha256 } from "../hash/sha256.js";
import { hex, openNote, type VerifierKey } from "../note/note.js";
import type { KeyRing } from "../note/ring.js";
import { decoded, deciding, isTime, refusal, SnapshotRefused } from "./reader.js";

/** Largest pointer. */
export const MAX_POINTER_BYTES = 4_096;

const DIGITS_IN_NAME = 16;
const TEXT =
  /^trialog\/latest\n([a-z0-9-]{1,32})\n(0|[1-9][0-9]{0,15})\n([0-9]{1,16}-[0-9a-f]{16}\.note)\n([0-9a-f]{64})\n([^\n]*)\n$/;

/**
 * A pointer whose signature is right. The key that signs it signs snapshots, too: a snapshot is one
 * line and a pointer is six, so neither passes for the other.
 */
export class SnapshotPointer {
  constructor(
    /** Of the snapshot in the file. */
    readonly position: number,
    /** The file beside the pointer. */
    readonly file: string,
    private readonly sha256: string,
    /** When its publisher said that this is the newest, `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
    readonly issued: string,
    /** The key that decided on it. */
    readonly by: VerifierKey,
  ) {}

  /**
   * Reads a pointer, checked as a snapshot is.
   *
   * @throws SnapshotRefused with the first check that failed
   */
  static async open(note: Uint8Array, ring: KeyRing, environment: string): Promise<SnapshotPointer> {
    if (note.length > MAX_POINTER_BYTES) {
      throw new SnapshotRefused("TOO_LARGE", `expected a pointer of at most ${MAX_POINTER_BYTES} bytes`);
    }
    try {
      const by = deciding(note, ring);
      return read(await openNote(decoded(note), by), environment, by);
    } catch (error) {
      throw refusal(error);
    }
  }

  /** Whether these bytes are the file's. */
  async names(note: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return hex(await digest(note)) === this.sha256;
  }
}

function read(text: string, environment: string, by: VerifierKey): SnapshotPointer {
  const lines = TEXT.exec(text);
  if (lines === null) {
    throw new SnapshotRefused("INVALID", "expected the six lines of a pointer");
  }
  const [, found = "", position = "", file = "", digest = "", issued = ""] = lines;
  const named = file === `${position}-${digest.slice(0, DIGITS_IN_NAME)}.note`;
  if (!Number.isSafeInteger(Number(position)) || !named || !isTime(issued)) {
    throw new SnapshotRefused("INVALID", "expected a position, a file named by it and the hash, and a time");
  }
  if (found !== environment) {
    const places = `${environment}, found one of ${found}`;
    throw new SnapshotRefused("OTHER_ENVIRONMENT", `expected a pointer of ${places}`);
  }
  return new SnapshotPointer(Number(position), file, digest, issued, by);
}

/** By Web Crypto where it is, because a file may have 16 MiB and a page must not wait. */
async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle === undefined ? sha256(bytes) : new Uint8Array(await subtle.digest("SHA-256", bytes));
}
