const FIRST_MILLIS = 250;
const MOST_DOUBLINGS = 20;

/** Waits that double from 250 ms to a longest one; each is drawn between half of it and all. */
export class Backoff {
  private failures = 0;

  constructor(private readonly longestMillis: number) {}

  reset(): void {
    this.failures = 0;
  }

  /** The wait after one more failure; the jitter keeps a fleet from returning in step. */
  next(): number {
    const millis = FIRST_MILLIS * 2 ** Math.min(this.failures++, MOST_DOUBLINGS);
    return jittered(Math.min(millis, this.longestMillis));
  }
}

export function jittered(millis: number): number {
  return millis / 2 + Math.random() * (millis / 2);
}

/** A wait that somebody may end early. */
export class Pause {
  private end: (() => void) | undefined;

  /** Ends after the time, or by {@link wake}. One wait at a time. */
  async wait(millis: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis) as ReturnType<typeof setTimeout> & { unref?(): void };
      timer.unref?.();
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.end = undefined;
  }

  wake(): void {
    this.end?.();
  }
}
