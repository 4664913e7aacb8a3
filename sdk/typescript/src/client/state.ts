import type { RefusalReason } from "../snapshot/reader.js";
import type { SnapshotInfo } from "../snapshot/snapshot.js";

/**
 * What a client knows (protocol clause 7.5).
 *
 * - `INITIALIZING`: no snapshot and no failure yet. Answers are fallbacks, `NOT_READY`. Ends with the
 *   first snapshot or the first failure.
 * - `READY`: the server has confirmed within `staleAfterMillis` that what is served is the newest; or
 *   a pointer of its files has.
 * - `STALE`: a snapshot is served that nobody has confirmed for so long, or yet: it is from storage,
 *   the bootstrap or the first look at files, or was offered. Ends with a confirmation.
 * - `OFFLINE`: no snapshot, and the server cannot be reached or trusted. Ends with a snapshot.
 * - `CLOSED`: answers are fallbacks, `NOT_READY`; nothing is recorded any more. Never ends.
 */
export type ClientState = "INITIALIZING" | "READY" | "STALE" | "OFFLINE" | "CLOSED";

/** Hears what happens in a client. What it throws is ignored. */
export interface ClientListener {
  stateChanged?(from: ClientState, to: ClientState): void;
  /** From now on this snapshot is evaluated. */
  snapshotAccepted?(snapshot: SnapshotInfo): void;
  /**
   * A snapshot was refused; the one before stays. A {@link problem} says it in words, too.
   *
   * @param origin by which way it came: `http`, `stream`, `files`, `disk` (a storage), `bootstrap`, or
   *   what the client's `offer` was told
   */
  snapshotRefused?(origin: string, reason: RefusalReason): void;
  /** Something went wrong that the client handles; the text holds no subject and no token. */
  problem?(what: string): void;
}

/** The state of a client and whoever listens. */
export class StateKeeper {
  private now: ClientState = "INITIALIZING";
  private confirmedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<ClientListener>();

  constructor(
    first: ClientListener,
    private readonly staleAfterMillis: number,
    private readonly safeAfterMillis = Infinity,
  ) {
    this.listeners.add(first);
  }

  get state(): ClientState {
    return this.now;
  }

  /** Adds a listener; the answer takes it away again. */
  listen(listener: ClientListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** The server has said that what is served is the newest. */
  confirmed(): void {
    if (this.now === "CLOSED") {
      return;
    }
    this.confirmedAt = performance.now();
    this.move("READY");
    this.timer ??= background(() => this.age(), this.staleAfterMillis);
  }

  /** Whether what is served may be old for longer than the application bears (protocol clause 8.4). */
  get tooOld(): boolean {
    return this.safeAfterMillis !== Infinity && performance.now() - this.confirmedAt >= this.safeAfterMillis;
  }

  /** One timer for any number of confirmations: when it fires early, it is set for the rest. */
  private age(): void {
    this.timer = undefined;
    const left = this.confirmedAt + this.staleAfterMillis - performance.now();
    if (this.now === "READY" && left > 0) {
      this.timer = background(() => this.age(), left);
    } else if (this.now === "READY") {
      this.move("STALE");
    }
  }

  /** A snapshot is served by a way that does not say whether it is the newest. */
  servingUnconfirmed(): void {
    if (this.now !== "READY") {
      this.move("STALE");
    }
  }

  /** A snapshot was not taken; the words hold no part of it. */
  refused(origin: string, reason: RefusalReason, why: string): void {
    this.tell((listener) => listener.snapshotRefused?.(origin, reason));
    this.problem(`snapshot refused (${origin}): ${reason}: ${why}`);
  }

  /** A round failed. How old what is served may get is the timer's business. */
  failed(why: string, serving: boolean): void {
    this.problem(why);
    if (!serving) {
      this.move("OFFLINE");
    }
  }

  closed(): void {
    clearTimeout(this.timer);
    this.move("CLOSED");
  }

  accepted(snapshot: SnapshotInfo): void {
    this.tell((listener) => listener.snapshotAccepted?.(snapshot));
  }

  problem(what: string): void {
    this.tell((listener) => listener.problem?.(what));
  }

  private move(to: ClientState): void {
    const from = this.now;
    if (from !== to && from !== "CLOSED") {
      this.now = to;
      this.tell((listener) => listener.stateChanged?.(from, to));
    }
  }

  private tell(what: (listener: ClientListener) => void): void {
    for (const listener of [...this.listeners]) {
      try {
        what(listener);
      } catch {
        // A listener is the application's code; its failure must not end the client's work.
      }
    }
  }
}

/** A timer that does not keep Node alive. */
export function background(work: () => void, millis: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, millis) as ReturnType<typeof setTimeout> & { unref?(): void };
  timer.unref?.();
  return timer;
}
