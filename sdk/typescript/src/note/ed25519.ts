/**
 * Verifies Ed25519 signatures (RFC 8032, section 5.1.7) without Web Crypto: for runtimes that lack
 * it, and where the answer must be there at once. Everything here is public, so nothing needs to
 * take constant time; a verification takes some milliseconds.
 */

import { sha512 } from "./sha512.js";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The field's prime and the order of the base point (RFC 8032, section 5.1). */
const P = (1n << 255n) - 19n;
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/** A point (x, y) as X = xZ, Y = yZ, T = xyZ. */
interface Point {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
  readonly t: bigint;
}

interface Curve {
  readonly d: bigint;
  readonly rootOfMinusOne: bigint;
}

const NEUTRAL: Point = { x: 0n, y: 1n, z: 1n, t: 0n };

let knownCurve: Curve | undefined;
let knownBase: Point | undefined;

function curve(): Curve {
  knownCurve ??= {
    d: mod(-121665n * inverse(121666n)),
    rootOfMinusOne: power(2n, (P - 1n) / 4n),
  };
  return knownCurve;
}

function base(): Point {
  knownBase ??= point(mod(4n * inverse(5n)), 0n) as Point;
  return knownBase;
}

function mod(n: bigint): bigint {
  const rest = n % P;
  return rest < 0n ? rest + P : rest;
}

function power(of: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = of;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) {
      result = (result * square) % P;
    }
    square = (square * square) % P;
  }
  return result;
}

function inverse(n: bigint): bigint {
  return power(mod(n), P - 2n);
}

/** The point of a y and the lowest bit of its x (section 5.1.3); undefined when there is none. */
function point(y: bigint, sign: bigint): Point | undefined {
  const { d, rootOfMinusOne } = curve();
  const u = mod(y * y - 1n);
  const v = mod(d * y * y + 1n);
  const v3 = (((v * v) % P) * v) % P;
  let x = (((u * v3) % P) * power((((u * v3) % P) * ((v3 * v) % P)) % P, (P - 5n) / 8n)) % P;
  const found = (v * x * x) % P;
  if (found !== u) {
    if (found !== mod(-u)) {
      return undefined;
    }
    x = (x * rootOfMinusOne) % P;
  }
  if (x === 0n && sign === 1n) {
    return undefined;
  }
  if ((x & 1n) !== sign) {
    x = P - x;
  }
  return { x, y, z: 1n, t: (x * y) % P };
}

/** Section 5.1.4. */
function add(a: Point, b: Point): Point {
  const one = ((a.y - a.x) * (b.y - b.x)) % P;
  const two = ((a.y + a.x) * (b.y + b.x)) % P;
  const three = (2n * a.t * b.t * curve().d) % P;
  const four = (2n * a.z * b.z) % P;
  return joined(two - one, four - three, four + three, two + one);
}

function double(a: Point): Point {
  const xx = (a.x * a.x) % P;
  const yy = (a.y * a.y) % P;
  const sum = xx + yy;
  const e = sum - (a.x + a.y) ** 2n;
  const g = xx - yy;
  return joined(e, 2n * a.z * a.z + g, g, sum);
}

function joined(e: bigint, f: bigint, g: bigint, h: bigint): Point {
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

/** `s` times one point plus `h` times another, the bits of both read together from the top. */
function combined(s: bigint, one: Point, h: bigint, other: Point): Point {
  const both = add(one, other);
  let sum = NEUTRAL;
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = double(sum);
    const a = (s >> bit) & 1n;
    const b = (h >> bit) & 1n;
    if (a | b) {
      sum = add(sum, a & b ? both : a ? one : other);
    }
  }
  return sum;
}

function littleEndian(bytes: Uint8Array): bigint {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) {
    n = (n << 8n) | BigInt(bytes[i]!);
  }
  return n;
}

function decoded(bytes: Uint8Array): Point | undefined {
  const n = littleEndian(bytes);
  const y = n & ((1n << 255n) - 1n);
  return y < P ? point(y, n >> 255n) : undefined;
}

function encoded(of: Point): bigint {
  const z = inverse(of.z);
  const x = (of.x * z) % P;
  return (of.y * z) % P | ((x & 1n) << 255n);
}

/** False for a wrong signature or key, whatever is wrong about it. */
export function verifyEd25519(key: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) {
    return false;
  }
  const r = signature.subarray(0, 32);
  const s = littleEndian(signature.subarray(32));
  const a = decoded(key);
  if (a === undefined || s >= L) {
    return false;
  }
  const h = littleEndian(sha512(r, key, text)) % L;
  const minusA: Point = { x: mod(-a.x), y: a.y, z: 1n, t: mod(-a.t) };
  return encoded(combined(s, base(), h, minusA)) === littleEndian(r);
}
