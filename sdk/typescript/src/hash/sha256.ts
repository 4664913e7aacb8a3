/**
 * SHA-256 (FIPS 180-4, section 6.2), synchronous, because evaluation must answer at once and Web
 * Crypto answers later. Made for keys of one or two blocks: it works in arrays that are allocated
 * once. There is one of each: a call ends before another can begin.
 */

/** FIPS 180-4, section 4.2.2: of the cube roots of the first 64 primes, the first 32 fraction bits. */
const K = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);

/** FIPS 180-4, section 5.3.3: the same of the square roots of the first 8 primes. */
const START = new Int32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

const schedule = new Int32Array(64);
const tail = new Uint8Array(128);

/** The digest of the last call of {@link hash}, as eight 32-bit words; the next call changes it. */
export const digest = new Int32Array(8);

/** Hashes the first `length` bytes into {@link digest}. Allocates nothing. */
export function hash(bytes: Uint8Array, length: number): void {
  digest.set(START);
  const whole = length & ~63;
  for (let at = 0; at < whole; at += 64) {
    compress(bytes, at);
  }
  // The rest, a one bit, zeros, and the length in bits: one block, or two when it does not fit.
  const rest = length - whole;
  const end = rest < 56 ? 64 : 128;
  tail.fill(0, rest, end);
  for (let i = 0; i < rest; i++) {
    tail[i] = bytes[whole + i]!;
  }
  tail[rest] = 0x80;
  putLength(length, end);
  compress(tail, 0);
  if (end === 128) {
    compress(tail, 64);
  }
}

function putLength(bytes: number, end: number): void {
  const high = Math.floor(bytes / 0x2000_0000);
  const low = bytes << 3;
  for (let i = 0; i < 4; i++) {
    tail[end - 1 - i] = low >>> (8 * i);
    tail[end - 5 - i] = high >>> (8 * i);
  }
}

function compress(bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) {
    const j = at + 4 * i;
    w[i] = (bytes[j]! << 24) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 8) | bytes[j + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const small0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const small1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16]! + small0 + w[i - 7]! + small1) | 0;
  }
  rounds(w);
}

function rounds(w: Int32Array): void {
  const state = digest;
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + big1 + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

/** The 32 bytes of the digest of some bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  hash(bytes, bytes.length);
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) {
    out[i] = digest[i >> 2]! >>> (24 - 8 * (i & 3));
  }
  return out;
}
