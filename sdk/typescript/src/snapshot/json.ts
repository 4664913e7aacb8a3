/** JSON in the form of RFC 8785 with integers only (protocol clause 3.1). */

import { isWellFormed } from "../hash/utf8.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deepest nesting of arrays and objects. */
export const MAX_DEPTH = 32;

/**
 * Reads a text that must be in canonical form. What is read is written again and compared: whatever
 * the language's own parser is lenient about, like keys that stand twice, does not come out equal.
 *
 * @throws Error for any other text
 */
export function readCanonical(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (writeCanonical(value) !== text) {
    throw new Error("the text is JSON and not in canonical form");
  }
  return value;
}

/**
 * The canonical text of a tree.
 *
 * @throws Error for a number that is no integer within 2^53-1, a lone surrogate, or nesting deeper
 *   than {@link MAX_DEPTH}
 */
export function writeCanonical(value: Json, depth = 0): string {
  if (depth > MAX_DEPTH) {
    throw new Error(`expected nesting of at most ${MAX_DEPTH}`);
  }
  if (typeof value === "string") {
    return text(value);
  }
  if (typeof value === "number") {
    return integer(value);
  }
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (Array.isArray(value)) {
    return "[" + value.map((element) => writeCanonical(element, depth + 1)).join(",") + "]";
  }
  return object(value as { readonly [key: string]: Json }, depth);
}

function object(value: { readonly [key: string]: Json }, depth: number): string {
  // The default order of sort() is by UTF-16 code units, as RFC 8785 section 3.2.3 wants it.
  const members = Object.keys(value)
    .sort()
    .map((key) => text(key) + ":" + writeCanonical(value[key] as Json, depth + 1));
  return "{" + members.join(",") + "}";
}

function text(value: string): string {
  if (!isWellFormed(value)) {
    throw new Error("a text holds a lone surrogate");
  }
  // The escapes of RFC 8785 section 3.2.2.2 are those of JSON.stringify.
  return JSON.stringify(value);
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new Error("expected an integer within 2^53-1");
  }
  return String(value);
}
