import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, type EventBatch, type EventQueue } from "../events/queue.js";
import { Backoff, Pause } from "./backoff.js";
import { KEEPALIVE_BYTES, retryAfterMillis, wordsOf, type Answer, type Http } from "./http.js";
import type { Checked } from "./settings.js";
import { background, type StateKeeper } from "./state.js";

/** So many waiting events are not kept for the interval. */
const WAKE_AT = MAX_BATCH_EVENTS / 2;

const MOST_ANSWER_BYTES = 1_048_576;
const LONGEST_RETRY_AFTER_MILLIS = 300_000;
const CLOSING_PAUSE_MILLIS = 100;

/** Statuses that say nothing about the batch: the token, the load, a proxy. */
const RETRIED = new Set([401, 403, 404, 408, 425, 429]);

/** What a sender has counted. */
export interface SenderCounts {
  accepted: number;
  rejected: number;
  sent: number;
  retried: number;
}

/**
 * Delivers events to the collector (protocol clauses 6.5 to 6.7). A batch is sent, the very same
 * bytes, until the collector has taken or refused it; only then comes the next.
 */
export class EventSender {
  readonly counts: SenderCounts = { accepted: 0, rejected: 0, sent: 0, retried: 0 };
  private readonly pauses = new Set<Pause>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private draining: Promise<void> | undefined;
  private hiding: Promise<void> | undefined;
  private closing = false;
  private ended = false;

  /** @param settled called whenever a batch has left the queue */
  constructor(
    private readonly queue: EventQueue,
    private readonly http: Http,
    private readonly state: StateKeeper,
    private readonly settings: Checked,
    private readonly settled: () => void,
  ) {}

  /** Something waits: it is sent within the interval, or now if it is much. */
  notify(): void {
    if (this.queue.waiting >= WAKE_AT) {
      this.wake();
    } else {
      this.timer ??= background(() => this.wake(), this.settings.flushIntervalMillis);
    }
  }

  /** Sends what waits now. */
  wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.drain();
  }

  /** Sends what waits; true when all of it is settled within the time. */
  async flush(mostMillis: number): Promise<boolean> {
    this.wake();
    await within(mostMillis, Promise.all([this.draining, this.hiding]));
    return this.queue.pending === 0;
  }

  /**
   * The page may be about to go: one batch that may outlive it is sent now, beside whatever is on its
   * way. Browsers allow no more than one such batch.
   */
  hide(): void {
    if (this.hiding === undefined && !this.ended) {
      const batch = this.queue.take(KEEPALIVE_BYTES);
      if (batch !== undefined) {
        this.hiding = this.deliver(batch).finally(() => (this.hiding = undefined));
      }
    }
  }

  /** Sends the rest without waiting for intervals until the deadline; then nothing more. */
  async close(deadlineMillis: number): Promise<void> {
    this.closing = true;
    for (const pause of this.pauses) {
      pause.wake();
    }
    await this.flush(deadlineMillis);
    this.ended = true;
    clearTimeout(this.timer);
  }

  /** Never fails, and one at a time. */
  private drain(): Promise<void> {
    this.draining ??= this.drainAll().finally(() => (this.draining = undefined));
    return this.draining;
  }

  private async drainAll(): Promise<void> {
    let batch = this.ended ? undefined : this.queue.take(MAX_BATCH_BYTES);
    while (batch !== undefined) {
      await this.deliver(batch);
      batch = this.ended ? undefined : this.queue.take(MAX_BATCH_BYTES);
    }
  }

  private async deliver(batch: EventBatch): Promise<void> {
    const backoff = new Backoff(this.settings.longestBackoffMillis);
    let wait = await this.attempt(batch, backoff);
    while (wait !== undefined && !this.ended) {
      this.counts.retried++;
      await this.wait(wait);
      wait = this.ended ? wait : await this.attempt(batch, backoff);
    }
    if (wait === undefined) {
      this.queue.settle(batch);
      this.settled();
    }
  }

  /** A flush does not shorten it, or callers could defeat the backoff; closing does. */
  private async wait(millis: number): Promise<void> {
    const pause = new Pause();
    this.pauses.add(pause);
    await pause.wait(this.closing ? Math.min(millis, CLOSING_PAUSE_MILLIS) : millis);
    this.pauses.delete(pause);
  }

  /** Undefined when the batch is settled, else the wait before the next attempt. */
  private async attempt(batch: EventBatch, backoff: Backoff): Promise<number | undefined> {
    try {
      const answer = await this.http.post("/api/v1/batches", batch.body, MOST_ANSWER_BYTES);
      if (answer.status >= 500 || RETRIED.has(answer.status)) {
        this.state.problem(`the collector answered ${answer.status}; the batch is kept`);
        return later(answer, backoff.next());
      }
      this.count(batch, answer);
      return undefined;
    } catch (error) {
      this.state.problem(`the collector cannot be reached: ${wordsOf(error)}`);
      return backoff.next();
    }
  }

  private count(batch: EventBatch, answer: Answer): void {
    const refused = answer.status === 200 ? Math.min(batch.size, refusedIn(answer.body)) : batch.size;
    this.counts.sent++;
    this.counts.rejected += refused;
    this.counts.accepted += batch.size - refused;
    if (refused > 0) {
      this.state.problem(`the collector refused ${refused} of ${batch.size} events with ${answer.status}`);
    }
  }
}

function later(answer: Answer, wait: number): number {
  return Math.max(wait, Math.min(retryAfterMillis(answer), LONGEST_RETRY_AFTER_MILLIS));
}

function refusedIn(body: Uint8Array): number {
  try {
    const tree = JSON.parse(new TextDecoder().decode(body)) as { rejected?: unknown };
    return Array.isArray(tree.rejected) ? tree.rejected.length : 0;
  } catch {
    return 0; // 200 says that the stream has the batch; the list is information.
  }
}

async function within(mostMillis: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Keeps Node alive: whoever waits for this wants to see its end.
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, mostMillis)));
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
