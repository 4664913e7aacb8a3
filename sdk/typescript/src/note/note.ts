/**
 * Signed notes (protocol clauses 4.1 and 4.2; c2sp.org/signed-note): a text that ends in a line
 * feed, an empty line, and signature lines `— name base64(key id || signature)`. Lines of other keys
 * are ignored, so that keys and kinds of signatures can be added.
 */

import { sha256 } from "../hash/sha256.js";
import { utf8 } from "../hash/utf8.js";
import { fromBase64, toBase64 } from "./base64.js";
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verifyEd25519 } from "./ed25519.js";

/** Most signature lines; more are refused. */
export const MAX_SIGNATURES = 100;

const ED25519 = 0x01;
const MAX_KEY_CHARS = 512;
const MARK = "\u2014 ";
// Controls are no text; the space class also has the line separators that split lines elsewhere.
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const BAD_NAME = /[\s+]/;

/** Why a note cannot be trusted. The message holds no part of the note. */
export class NoteError extends Error {
  constructor(
    readonly reason: "NOT_A_NOTE" | "NOT_SIGNED_BY_KEY" | "KEY_REVOKED" | "KEY_RETIRED" | "BAD_SIGNATURE",
    message: string,
  ) {
    super(message);
    this.name = "NoteError";
  }
}

/** The public key of a note's signer: `name+<8 hex key id>+<base64(0x01 || 32-byte key)>`. */
export class VerifierKey {
  private constructor(
    /** The signer, `trialog/production` for snapshots. */
    readonly name: string,
    readonly raw: Uint8Array<ArrayBuffer>,
    /** The key id as 8 lower-case hexadecimal digits. */
    readonly id: string,
  ) {}

  /**
   * Reads a key text.
   *
   * @throws NoteError also when the key id is not the one of name and key
   */
  static parse(text: string): VerifierKey {
    // The base64 may itself hold plus signs: only the first two separate.
    const first = text.indexOf("+");
    const second = text.indexOf("+", first + 1);
    if (text.length > MAX_KEY_CHARS || first < 0 || second < 0) {
      throw malformed("expected name+id+key");
    }
    const typed = fromBase64(text.slice(second + 1));
    if (typed?.length !== 1 + PUBLIC_KEY_BYTES || typed[0] !== ED25519) {
      throw malformed("expected an Ed25519 key of 33 bytes with its type");
    }
    const name = checkedName(text.slice(0, first));
    const id = hex(sha256(joined(utf8(name + "\n"), typed)).subarray(0, 4));
    if (id !== text.slice(first + 1, second)) {
      throw malformed("the key id is not the one of name and key");
    }
    return new VerifierKey(name, typed.slice(1), id);
  }

  /** The key text. */
  toString(): string {
    return `${this.name}+${this.id}+${toBase64(joined(Uint8Array.of(ED25519), this.raw))}`;
  }
}

/** A note that has the form of one and is not verified yet. */
interface Sealed {
  readonly text: string;
  readonly signatures: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * The text of a note whose signatures by the key are right, with its final line feed. By Web Crypto
 * where it has Ed25519.
 *
 * @throws NoteError for anything else
 */
export async function openNote(note: string, key: VerifierKey): Promise<string> {
  const { text, signatures } = sealed(note, key);
  const bytes = utf8(text);
  for (const signature of signatures) {
    check(signature.length === SIGNATURE_BYTES && (await verifies(key, bytes, signature)), key);
  }
  return text;
}

/** The same at once, some milliseconds slower. */
export function openNoteNow(note: string, key: VerifierKey): string {
  const { text, signatures } = sealed(note, key);
  const bytes = utf8(text);
  for (const signature of signatures) {
    check(verifyEd25519(key.raw, bytes, signature), key);
  }
  return text;
}

/** @throws NoteError for what is no note, or has no signature line of the key */
export function demandNote(note: string, key: VerifierKey): void {
  sealed(note, key);
}

/** The key ids of the signature lines of a name; unchecked, and empty for what is no note. */
export function keyIds(note: string, name: string): ReadonlySet<string> {
  const start = `${MARK}${name} `;
  const ids = new Set<string>();
  for (const line of note.slice(note.lastIndexOf("\n\n") + 1).split("\n")) {
    const bytes = line.startsWith(start) ? fromBase64(line.slice(start.length)) : undefined;
    if (bytes !== undefined && bytes.length > 4 && ids.size < MAX_SIGNATURES) {
      ids.add(hex(bytes.subarray(0, 4)));
    }
  }
  return ids;
}

function check(right: boolean, key: VerifierKey): void {
  if (!right) {
    throw new NoteError("BAD_SIGNATURE", `the signature of ${key.name} is wrong`);
  }
}

async function verifies(
  key: VerifierKey,
  text: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  try {
    if (subtle !== undefined) {
      const imported = await subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
      return await subtle.verify("Ed25519", imported, signature, text);
    }
  } catch {
    // This Web Crypto has no Ed25519, or does not like the key: the verifier below decides.
  }
  return verifyEd25519(key.raw, text, signature);
}

function sealed(note: string, key: VerifierKey): Sealed {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) {
    throw malformed("expected a text, an empty line and signatures");
  }
  const text = note.slice(0, split + 1);
  const block = note.slice(split + 2);
  if (CONTROL.test(text) || block === "") {
    throw malformed("expected a text without controls and at least one signature");
  }
  const lines = block.slice(0, -1).split("\n", MAX_SIGNATURES + 1);
  if (lines.length > MAX_SIGNATURES) {
    throw malformed(`expected at most ${MAX_SIGNATURES} signatures`);
  }
  const signatures = lines.map((line) => signatureOf(line, key)).filter((one) => one.length > 0);
  if (signatures.length === 0) {
    throw new NoteError("NOT_SIGNED_BY_KEY", `expected a signature of ${key.name} with key id ${key.id}`);
  }
  return { text, signatures };
}

/** Empty when the line is another key's; a wrong line of any key makes the note malformed. */
function signatureOf(line: string, key: VerifierKey): Uint8Array<ArrayBuffer> {
  const space = line.indexOf(" ", MARK.length);
  if (!line.startsWith(MARK) || space < 0) {
    throw malformed("expected a signature line");
  }
  const name = checkedName(line.slice(MARK.length, space));
  const bytes = fromBase64(line.slice(space + 1));
  if (bytes === undefined || bytes.length < 5) {
    throw malformed("expected the base64 of a key id and a signature");
  }
  const ours = name === key.name && hex(bytes.subarray(0, 4)) === key.id;
  return ours ? bytes.slice(4) : new Uint8Array(0);
}

function checkedName(name: string): string {
  if (name === "" || BAD_NAME.test(name)) {
    throw malformed("a key's name is not empty and has neither white space nor plus");
  }
  return name;
}

/** Two lower-case digits a byte. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function malformed(message: string): NoteError {
  return new NoteError("NOT_A_NOTE", message);
}
