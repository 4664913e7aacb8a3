/**
 * Writes a text as UTF-8 and answers where the bytes end. A lone surrogate becomes `?` (protocol
 * clause 1.2), where TextEncoder would write U+FFFD. The target needs three bytes a code unit.
 */
export function encodeUtf8(text: string, into: Uint8Array, from: number): number {
  let at = from;
  const length = text.length;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      into[at++] = unit;
    } else if (unit < 0x800) {
      into[at++] = 0xc0 | (unit >> 6);
      into[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      into[at++] = 0xe0 | (unit >> 12);
      into[at++] = 0x80 | ((unit >> 6) & 0x3f);
      into[at++] = 0x80 | (unit & 0x3f);
    } else if (isPair(unit, i + 1 < length ? text.charCodeAt(i + 1) : 0)) {
      const point = text.codePointAt(i++) as number;
      into[at++] = 0xf0 | (point >> 18);
      into[at++] = 0x80 | ((point >> 12) & 0x3f);
      into[at++] = 0x80 | ((point >> 6) & 0x3f);
      into[at++] = 0x80 | (point & 0x3f);
    } else {
      into[at++] = 0x3f;
    }
  }
  return at;
}

function isPair(high: number, low: number): boolean {
  return high < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
}

/** Whether the text has a UTF-8 form: no surrogate stands alone. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

const encoder = new TextEncoder();

/** The bytes of a well-formed text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}
