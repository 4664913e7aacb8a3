/** The statements about one environment's keys as they travel beside its snapshots (protocol clause 12.8). */

/** Largest list. */
export const MAX_STATEMENTS_BYTES = 1024 * 1024;

/**
 * The statements of `{"statements":[...]}`, in order. Nothing about a statement is checked here.
 *
 * @throws Error whose message holds no part of the list
 */
export function readStatements(list: Uint8Array | string): string[] {
  if (list.length > MAX_STATEMENTS_BYTES) {
    throw new Error(`expected statements of at most ${MAX_STATEMENTS_BYTES} bytes, found ${list.length}`);
  }
  const tree = parsed(typeof list === "string" ? list : new TextDecoder().decode(list));
  const statements = (tree as { statements?: unknown } | null)?.statements;
  if (!Array.isArray(statements)) {
    throw new Error("expected an object with the member statements");
  }
  // What is no text is no statement either, and refused like one that is malformed.
  return statements.map(String);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message may quote the text.
    throw new Error("the statements are not JSON");
  }
}
