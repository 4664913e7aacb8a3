/**
 * SHA-512 (FIPS 180-4, section 6.4), for runtimes whose Web Crypto has no Ed25519 or, on pages
 * without TLS, that have no Web Crypto. A 64-bit word is two 32-bit halves, high before low.
 */

/** FIPS 180-4, sections 4.2.3 and 5.3.5: roots of primes, the first 64 bits of their fractions. */
function fractions(count: number, root: 2n | 3n): Int32Array {
  const words = new Int32Array(2 * count);
  let found = 0;
  for (let n = 2n; found < count; n++) {
    if (isPrime(n)) {
      const scaled = integerRoot(n << (64n * root), root);
      words[2 * found] = Number(BigInt.asIntN(32, scaled >> 32n));
      words[2 * found + 1] = Number(BigInt.asIntN(32, scaled));
      found++;
    }
  }
  return words;
}

function isPrime(n: bigint): boolean {
  for (let d = 2n; d * d <= n; d++) {
    if (n % d === 0n) {
      return false;
    }
  }
  return true;
}

/** The greatest integer whose power is not above n. */
function integerRoot(n: bigint, power: bigint): bigint {
  let low = 0n;
  let high = 1n << 80n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= n) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

let k: Int32Array | undefined;
let start: Int32Array | undefined;
const w = new Int32Array(160);

/** The 64 bytes of the digest of the parts, one after the other. */
export function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  k ??= fractions(80, 3n);
  start ??= fractions(8, 2n);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array((Math.floor((length + 16) / 128) + 1) * 128);
  let at = 0;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const state = start.slice();
  for (let block = 0; block < padded.length; block += 128) {
    compress(state, view, block, k);
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => out.setInt32(4 * i, word));
  return new Uint8Array(out.buffer);
}

/** What carries from adding unsigned low halves whose exact sum is given. */
function carry(sum: number): number {
  return (sum / 0x1_0000_0000) | 0;
}

function expand(view: DataView, block: number): void {
  for (let i = 0; i < 32; i++) {
    w[i] = view.getInt32(block + 4 * i);
  }
  for (let i = 32; i < 160; i += 2) {
    const xh = w[i - 30]!;
    const xl = w[i - 29]!;
    const yh = w[i - 4]!;
    const yl = w[i - 3]!;
    const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
    const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
    const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
    const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
    const low = (w[i - 31]! >>> 0) + (s0l >>> 0) + (w[i - 13]! >>> 0) + (s1l >>> 0);
    w[i] = w[i - 32]! + s0h + w[i - 14]! + s1h + carry(low);
    w[i + 1] = low;
  }
}

function compress(state: Int32Array, view: DataView, block: number, constants: Int32Array): void {
  expand(view, block);
  const s = state.slice();
  for (let i = 0; i < 160; i += 2) {
    const [ah, al, eh, el] = [s[0]!, s[1]!, s[8]!, s[9]!];
    const big1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
    const big1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
    const chh = (eh & s[10]!) ^ (~eh & s[12]!);
    const chl = (el & s[11]!) ^ (~el & s[13]!);
    const oneLow =
      (s[15]! >>> 0) + (big1l >>> 0) + (chl >>> 0) + (constants[i + 1]! >>> 0) + (w[i + 1]! >>> 0);
    const oneHigh = (s[14]! + big1h + chh + constants[i]! + w[i]! + carry(oneLow)) | 0;
    const big0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
    const big0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
    const majh = (ah & s[2]!) ^ (ah & s[4]!) ^ (s[2]! & s[4]!);
    const majl = (al & s[3]!) ^ (al & s[5]!) ^ (s[3]! & s[5]!);
    const eLow = (s[7]! >>> 0) + (oneLow >>> 0);
    const eHigh = s[6]! + oneHigh + carry(eLow);
    const aLow = (oneLow >>> 0) + (big0l >>> 0) + (majl >>> 0);
    const aHigh = oneHigh + big0h + majh + carry(aLow);
    s.copyWithin(2, 0, 14);
    s[0] = aHigh;
    s[1] = aLow;
    s[8] = eHigh;
    s[9] = eLow;
  }
  for (let i = 0; i < 16; i += 2) {
    const low = (state[i + 1]! >>> 0) + (s[i + 1]! >>> 0);
    state[i] = state[i]! + s[i]! + carry(low);
    state[i + 1] = low;
  }
}
