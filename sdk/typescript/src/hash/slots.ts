/** The hash of assignment, version 1 (protocol clause 1.1). */

import { digest, hash, sha256 } from "./sha256.js";
import { encodeUtf8 } from "./utf8.js";

/** Number of slots of a hash space; slots are 0 to 9,999. */
export const SLOTS = 10_000;

/** A buffer that outgrew this is dropped again after the call. */
const KEPT_BYTES = 8_192;

/** As many shared hash spaces as an experiment usually meets: a few holdouts, a few sets. */
const REMEMBERED = 8;

let buffer = new Uint8Array(512);

/** The bytes of `salt + ":"`, to be made once an experiment; see {@link slotOf}. */
export function saltPrefix(salt: string): Uint8Array {
  // A salt that ends in a lone high surrogate cannot join with ':' into a pair, so encoding the
  // two parts apart gives the bytes of the whole.
  const bytes = new Uint8Array(3 * salt.length + 1);
  const end = encodeUtf8(salt, bytes, 0);
  bytes[end] = 0x3a;
  return bytes.slice(0, end + 1);
}

/** The slot of a subject, 0 to 9,999. Allocates nothing for keys of ordinary length. */
export function slotOf(prefix: Uint8Array, subject: string): number {
  const longest = prefix.length + 3 * subject.length;
  if (buffer.length < longest) {
    buffer = new Uint8Array(longest);
  }
  buffer.set(prefix, 0);
  hash(buffer, encodeUtf8(subject, buffer, prefix.length));
  if (buffer.length > KEPT_BYTES) {
    buffer = new Uint8Array(512);
  }
  return modulus();
}

/** The digest modulo 10,000, sixteen bits at a time: each step stays below 2^31. */
function modulus(): number {
  let rest = 0;
  for (let i = 0; i < 8; i++) {
    const word = digest[i]!;
    rest = ((rest << 16) | (word >>> 16)) % SLOTS;
    rest = ((rest << 16) | (word & 0xffff)) % SLOTS;
  }
  return rest;
}

/** The slot of a subject under a salt; both are any text. */
export function slot(salt: string, subject: string): number {
  return slotOf(saltPrefix(salt), subject);
}

const prefixes: (Uint8Array | undefined)[] = new Array(REMEMBERED).fill(undefined);
const subjects: string[] = new Array(REMEMBERED).fill("");
const slots = new Int32Array(REMEMBERED);
let oldest = 0;

/**
 * The same for a hash space that many experiments share. The last answers are remembered: slots,
 * which never change, and not assignments, which a new snapshot may change.
 */
export function rememberedSlotOf(prefix: Uint8Array, subject: string): number {
  for (let i = 0; i < REMEMBERED; i++) {
    if (prefixes[i] === prefix && subjects[i] === subject) {
      return slots[i]!;
    }
  }
  const found = slotOf(prefix, subject);
  prefixes[oldest] = prefix;
  subjects[oldest] = subject;
  slots[oldest] = found;
  oldest = (oldest + 1) % REMEMBERED;
  return found;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * The hashed subject that exposures and outcomes carry (protocol clause 6.1): 22 characters. It
 * keeps ids out of the pipeline; it is not anonymous, as whoever knows an id can hash it too.
 */
export function hashSubject(environment: string, unit: string, subject: string): string {
  const text = `trialog:${environment}:${unit}:${subject}`;
  const bytes = new Uint8Array(3 * text.length);
  const hashed = sha256(bytes.subarray(0, encodeUtf8(text, bytes, 0)));
  let out = "";
  for (let i = 0; i < 16; i += 3) {
    const three = (hashed[i]! << 16) | ((i < 15 ? hashed[i + 1]! : 0) << 8) | (i < 15 ? hashed[i + 2]! : 0);
    for (let shift = 18; shift >= (i < 15 ? 0 : 12); shift -= 6) {
      out += BASE64URL[(three >> shift) & 63];
    }
  }
  return out;
}
