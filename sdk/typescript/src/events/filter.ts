import type { Decision } from "../evaluate/decision.js";

/**
 * Lets an exposure of a subject to a variant of an experiment in an epoch pass once (protocol clause
 * 6.3). Remembers at least the `capacity / 2` that were seen last; what fell out may pass again, and
 * the platform folds it.
 *
 * Two generations: what is seen goes into the young one; when that is full, it becomes the old one
 * and the old one is dropped. Keys are raw subjects, so that a repeated evaluation needs no second
 * hash; they stay in memory.
 */
export class ExposureFilter {
  private young = new Set<string>();
  private old = new Set<string>();

  /** @param capacity how many exposures to remember at most, at least 2 */
  constructor(private readonly capacity: number) {}

  /** True the first time; false for a decision that assigned nobody. */
  pass(decision: Decision): boolean {
    if (!decision.assigned) {
      return false;
    }
    const key = keyOf(decision);
    if (this.young.has(key)) {
      return false;
    }
    const seen = this.old.has(key);
    this.add(key);
    return !seen;
  }

  private add(key: string): void {
    if (this.young.size >= this.capacity >> 1) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(key);
  }

  /** Lets the exposure pass again: it could not be queued. */
  forget(decision: Decision): void {
    const key = keyOf(decision);
    this.young.delete(key);
    this.old.delete(key);
  }
}

/** Keys and units have no line feed in front of what follows them; the subject comes last. */
function keyOf({ experiment, variant, epoch, unit, subject }: Decision): string {
  return `${experiment}\n${variant}\n${epoch}\n${unit?.length}\n${unit}\n${subject}`;
}
