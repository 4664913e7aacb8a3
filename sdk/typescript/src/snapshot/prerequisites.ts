import { Invalid } from "./member.js";
import type { Experiment, Flag, Prerequisite } from "./snapshot.js";

/** Longest chain of prerequisites below an experiment or a flag. */
const MAX_DEPTH = 16;

/**
 * Refuses experiments and flags whose chain of prerequisites is too long or leads back to itself
 * (protocol clause 9.3). Layer by layer: what asks only for what is known to end ends too. No
 * recursion: a chain may be as long as the snapshot.
 */
export function checkPrerequisites(
  experiments: ReadonlyMap<string, Experiment>,
  flags: ReadonlyMap<string, Flag>,
): void {
  let waiting = new Map<string, readonly string[]>();
  const add = (kind: string, key: string, asked: readonly Prerequisite[]) => {
    if (asked.length > 0) {
      waiting.set(
        `${kind} ${key}`,
        asked.map((one) => `${one.kind} ${one.key}`),
      );
    }
  };
  experiments.forEach(({ parts }) => add("experiment", parts.key, parts.prerequisites));
  flags.forEach(({ parts }) => add("flag", parts.key, parts.prerequisites));
  for (let depth = 1; waiting.size > 0; depth++) {
    const left = new Map([...waiting].filter(([, asked]) => asked.some((one) => waiting.has(one))));
    if (left.size === waiting.size || depth > MAX_DEPTH) {
      const [name] = waiting.keys();
      throw new Invalid(`prerequisites of ${name} must end within ${MAX_DEPTH} steps`);
    }
    waiting = left;
  }
}
