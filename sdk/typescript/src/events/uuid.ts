const random = new Uint8Array(10);

/** A UUID of version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits. */
export function uuidV7(epochMillis: number): string {
  crypto.getRandomValues(random);
  const time = Math.floor(epochMillis).toString(16).padStart(12, "0");
  random[0] = 0x70 | (random[0]! & 0x0f);
  random[2] = 0x80 | (random[2]! & 0x3f);
  let rest = "";
  for (let i = 0; i < 10; i++) {
    rest += (i === 2 || i === 4 ? "-" : "") + random[i]!.toString(16).padStart(2, "0");
  }
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest}`;
}
