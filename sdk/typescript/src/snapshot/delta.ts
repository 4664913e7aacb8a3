/**
 * Deltas (protocol clause 10): what makes a new snapshot of the text of an older one. Nothing in a
 * delta is trusted: what it makes is a note that is checked like one that came whole.
 */

import { utf8 } from "../hash/utf8.js";
import { readCanonical, type Json } from "./json.js";
import { decoded, MAX_BYTES, SnapshotRefused } from "./reader.js";

/** Most parts. */
export const MAX_PARTS = 10_000;

/** Bytes to insert, or the bounds of a range of the base. */
type Part = Uint8Array | readonly [begin: number, end: number];

/** A delta that has the form of one, and is not applied yet. */
export class SnapshotDelta {
  private constructor(
    /** Position of the snapshot that it starts from. */
    readonly from: number,
    private readonly parts: readonly Part[],
    private readonly signatures: string,
  ) {}

  /**
   * Reads the data of an event: a line of canonical JSON, and signature lines.
   *
   * @throws SnapshotRefused TOO_LARGE, NOT_UTF8 or BAD_DELTA
   */
  static parse(data: Uint8Array): SnapshotDelta {
    const text = decoded(data);
    const [line = ""] = text.split("\n", 1);
    const tree = treeOf(line);
    if (tree === null || typeof tree !== "object" || Object.keys(tree).join() !== "from,parts") {
      throw bad("expected the members from and parts");
    }
    const { from, parts } = tree as { readonly [member: string]: Json };
    if (typeof from !== "number" || from < 0) {
      throw bad("from must be a position");
    }
    if (!Array.isArray(parts) || parts.length > MAX_PARTS) {
      throw bad(`parts must be an array of at most ${MAX_PARTS}`);
    }
    return new SnapshotDelta(from, parts.map(partOf), text.slice(line.length + 1));
  }

  /**
   * The new note, unchecked: text, empty line, signature lines.
   *
   * @param base the text of the note at {@link from}, with its line end
   * @throws SnapshotRefused BAD_DELTA or TOO_LARGE
   */
  note(base: Uint8Array): Uint8Array {
    const end = utf8(`\n${this.signatures}\n`);
    const length = this.length(base);
    const note = new Uint8Array(length + end.length);
    let at = 0;
    for (const part of this.parts) {
      const bytes = part instanceof Uint8Array ? part : base.subarray(...part);
      note.set(bytes, at);
      at += bytes.length;
    }
    note.set(end, length);
    return note;
  }

  private length(base: Uint8Array): number {
    let length = 0;
    for (const part of this.parts) {
      if (!(part instanceof Uint8Array) && !(isCut(base, part[0]) && isCut(base, part[1]))) {
        throw bad("a range must be within the base and cut no character");
      }
      length += part instanceof Uint8Array ? part.length : part[1] - part[0];
    }
    if (length > MAX_BYTES) {
      throw new SnapshotRefused("TOO_LARGE", `expected at most ${MAX_BYTES} bytes, found ${length}`);
    }
    return length;
  }
}

function treeOf(line: string): Json {
  try {
    return readCanonical(line);
  } catch {
    // The parser's own message may quote the text.
    throw bad("the first line is not canonical JSON");
  }
}

function partOf(part: Json): Part {
  if (typeof part === "string" && part !== "") {
    return utf8(part);
  }
  const [begin, end] = Array.isArray(part) && part.length === 2 ? part : [];
  if (typeof begin !== "number" || typeof end !== "number" || begin < 0 || end <= begin) {
    throw bad("a part must be a text that is not empty, or two ascending bounds");
  }
  return [begin, end];
}

/** Whether a text can be cut there: at its end, or before the first byte of a character. */
function isCut(text: Uint8Array, at: number): boolean {
  return at === text.length || (at < text.length && ((text[at] as number) & 0xc0) !== 0x80);
}

function bad(message: string): SnapshotRefused {
  return new SnapshotRefused("BAD_DELTA", message);
}
