import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { sha256 } from "../src/hash/sha256.js";
import { utf8 } from "../src/hash/utf8.js";
import { VerifierKey } from "../src/note/note.js";
import { writeCanonical, type Json } from "../src/snapshot/json.js";

/** Numbers below a bound from a seed (a multiplicative generator of Lehmer): the same in each run. */
export function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % bound;
  };
}

/** Waits until a condition holds; fails at the deadline. */
export async function until(what: string, holds: () => boolean, mostMillis = 10_000): Promise<void> {
  const deadline = Date.now() + mostMillis;
  while (!holds()) {
    if (Date.now() > deadline) {
      throw new Error(`not within ${mostMillis} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Signs notes; the other half of what an SDK does. */
export class Signer {
  readonly vkey: string;
  private readonly id: Uint8Array;

  constructor(
    private readonly name = "trialog/production",
    private readonly key: KeyObject = generateKeyPairSync("ed25519").privateKey,
  ) {
    const spki = createPublicKey(createPrivateKey(key.export({ format: "pem", type: "pkcs8" })));
    const raw = spki.export({ format: "der", type: "spki" }).subarray(12);
    const typed = Buffer.concat([Uint8Array.of(1), raw]);
    this.id = sha256(Buffer.concat([utf8(`${name}\n`), typed])).subarray(0, 4);
    this.vkey = `${name}+${Buffer.from(this.id).toString("hex")}+${typed.toString("base64")}`;
  }

  get verifierKey(): VerifierKey {
    return VerifierKey.parse(this.vkey);
  }

  line(text: string): string {
    const signature = Buffer.concat([this.id, sign(null, utf8(text), this.key)]);
    return `\u2014 ${this.name} ${signature.toString("base64")}\n`;
  }

  note(text: string): string {
    return `${text}\n${this.line(text)}`;
  }

  snapshot(tree: Json): string {
    return this.note(`${writeCanonical(tree)}\n`);
  }
}

const ROTATED = "2026-11-22T10:00:00.000Z";

/** The statement that one key is followed by another. */
export function rotation(from: Signer, to: Signer): string {
  const text = `trialog snapshot key rotation\n${from.vkey}\n${to.vkey}\n${ROTATED}\n${ROTATED}\n`;
  return `${text}\n${to.line(text)}${from.line(text)}`;
}

/** The statement that a key is trusted no more. */
export function revocation(by: Signer, of: Signer): string {
  const text = `trialog snapshot key revocation\n${of.vkey}\n${ROTATED}\n`;
  return `${text}\n${by.line(text)}`;
}

/** A snapshot of format 1 with one experiment, `checkout`, half control and half treatment. */
export function snapshotTree(position: number, members: Record<string, Json> = {}): Record<string, Json> {
  return {
    environment: "production",
    experiments: [experimentTree("checkout", members)],
    format: 1,
    position,
    time: "2026-11-22T16:00:00.120Z",
  };
}

export function experimentTree(key: string, members: Record<string, Json> = {}): Json {
  return {
    allocation: [
      { from: 0, to: 5000, variant: "control" },
      { from: 5000, to: 10000, variant: "treatment" },
    ],
    control: "control",
    epoch: 0,
    fallback_unit: "device_id",
    key,
    salt: key,
    status: "running",
    surface: "checkout",
    targeting: [],
    unit: "user_id",
    variants: [{ key: "control" }, { key: "treatment", payload: '{"colour":"blå"}' }],
    ...members,
  };
}

/** The event that makes one note of another: the common begin, a text, the common end. */
export function deltaEvent(from: number, base: string, note: string): string {
  const was = base.slice(0, base.lastIndexOf("\n\n") + 1);
  const is = note.slice(0, note.lastIndexOf("\n\n") + 1);
  let begin = 0;
  while (begin < is.length && was[begin] === is[begin]) {
    begin++;
  }
  let end = 0;
  while (end < Math.min(was.length, is.length) - begin && was.at(-1 - end) === is.at(-1 - end)) {
    end++;
  }
  const size = (text: string) => Buffer.byteLength(text);
  const tail = size(was.slice(was.length - end));
  const parts = [
    [0, size(was.slice(0, begin))],
    is.slice(begin, is.length - end),
    [size(was) - tail, size(was)],
  ];
  const signatures = note.slice(is.length + 1).trimEnd().replaceAll("\n", "\ndata: ");
  return `event: delta\ndata: ${writeCanonical({ from, parts })}\ndata: ${signatures}\n\n`;
}
