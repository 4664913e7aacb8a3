import type { Snapshot } from "../snapshot/snapshot.js";
import { retryAfterMillis, wordsOf, type Http } from "./http.js";
import { background } from "./state.js";

/** Name and version as the server sees them. */
export const SDK = "typescript/0.1.0";

const PATH = "/api/v1/receipts";
const MOST_POSITIONS = 100;
const MOST_ANSWER_BYTES = 65_536;
const MOST_ATTEMPTS = 2;
const LONGEST_AGO_MILLIS = 30 * 24 * 3_600_000;
const LONGEST_RETRY_AFTER_MILLIS = 300_000;

/** How long messages wait; of each a random part, so that a fleet does not speak in step. */
export interface Pace {
  /** At most, after the first snapshot. */
  readonly first: number;
  /** At most, after a snapshot with a new kill. */
  readonly kill: number;
  /** At least, and at most a quarter longer, after the last message. */
  readonly life: number;
  /** At least, and at most twice, after a failure. */
  readonly retry: number;
}

export const USUAL_PACE: Pace = { first: 2_000, kill: 200, life: 60_000, retry: 1_000 };

interface Enforced {
  readonly position: number;
  readonly since: number;
}

/**
 * Tells the server which snapshots this client evaluates (protocol clause 11), so that whoever kills
 * an experiment learns who has stopped it. Nothing waits for it.
 *
 * A message goes out soon after a snapshot with a new kill, and otherwise now and then as a sign of
 * life. One that fails is tried once more; what it named is named by the next one, as far as the bound
 * goes.
 */
export class ReceiptSender {
  private readonly client = uuidV4();
  private enforced: Enforced[] = [];
  private stopped: ReadonlySet<string> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAt = Infinity;
  private notBefore = 0;
  private attempts = 0;
  private sending: Promise<void> | undefined;
  private known = false;
  private closed = false;

  /** @param problem hears of messages that were given up */
  constructor(
    private readonly environment: string,
    private readonly http: Http,
    private readonly problem: (what: string) => void,
    private readonly pace: Pace = USUAL_PACE,
  ) {}

  /** From now on this snapshot is evaluated. */
  accepted(snapshot: Snapshot): void {
    const now = stoppedIn(snapshot);
    const before = this.stopped;
    this.stopped = now;
    // Positions go back when a key is revoked (12.6), and a message names them ascending (11.2).
    this.enforced = this.enforced.filter((each) => each.position < snapshot.position);
    this.enforced.push({ position: snapshot.position, since: performance.now() });
    this.enforced.splice(0, this.enforced.length - MOST_POSITIONS);
    if (before === undefined) {
      this.schedule(Math.random() * this.pace.first);
    } else if ([...now].some((each) => !before.has(each))) {
      this.schedule(Math.random() * this.pace.kill);
    }
  }

  /** The page goes, and this client probably with it. If it comes back, so does the next message. */
  leave(): void {
    if (this.known && !this.closed) {
      void this.post(true).catch(() => undefined);
    }
  }

  /** Says that the client closes, if the server knows of it, and nothing more. */
  async close(): Promise<void> {
    if (this.closed) {
      return;
    }
    this.closed = true;
    clearTimeout(this.timer);
    await this.sending;
    if (this.known) {
      await this.post(true).catch(() => undefined);
    }
  }

  /** The earliest wins, but a wait that the server asked for holds. */
  private schedule(millis: number): void {
    const at = Math.max(this.notBefore, performance.now() + millis);
    if (this.closed || at >= this.dueAt) {
      return;
    }
    this.dueAt = at;
    clearTimeout(this.timer);
    this.timer = background(() => this.due(), at - performance.now());
  }

  private due(): void {
    this.dueAt = Infinity;
    if (this.sending === undefined) {
      this.sending = this.send().finally(() => (this.sending = undefined));
    } else {
      this.schedule(this.pace.kill);
    }
  }

  private async send(): Promise<void> {
    const { life, retry } = this.pace;
    const ended = await this.attempt();
    const again = !ended && ++this.attempts < MOST_ATTEMPTS;
    this.attempts = again ? this.attempts : 0;
    const wait = again ? retry * (1 + Math.random()) : life * (1 + Math.random() / 4);
    this.schedule(wait);
  }

  /** Whether the server has it. Never fails. */
  private async attempt(): Promise<boolean> {
    try {
      const answer = await this.post(false);
      if (answer.status >= 200 && answer.status < 300) {
        this.known = true;
        return true;
      }
      const asked = Math.min(retryAfterMillis(answer), LONGEST_RETRY_AFTER_MILLIS);
      this.notBefore = performance.now() + asked;
      this.failed(`status ${answer.status}`);
    } catch (error) {
      this.failed(wordsOf(error));
    }
    return false;
  }

  private failed(why: string): void {
    if (this.attempts + 1 >= MOST_ATTEMPTS && !this.closed) {
      this.problem(`a receipt was given up: ${why}`);
    }
  }

  private async post(closing: boolean): Promise<{ status: number; header(name: string): string | undefined }> {
    const newest = this.enforced.at(-1)?.position ?? 0;
    const answer = await this.http.post(PATH, this.message(closing), MOST_ANSWER_BYTES);
    if (answer.status >= 200 && answer.status < 300) {
      // The position that is evaluated stays, because each message names it.
      this.enforced = this.enforced.filter(({ position }) => position >= newest);
    }
    return answer;
  }

  private message(closing: boolean): Uint8Array<ArrayBuffer> {
    const now = performance.now();
    const enforced = this.enforced.map(({ position, since }) => ({
      position,
      ago_ms: Math.min(LONGEST_AGO_MILLIS, Math.floor(now - since)),
    }));
    const { client, environment } = this;
    const body = { client, environment, sdk: SDK, enforced, ...(closing ? { closing } : {}) };
    return new TextEncoder().encode(JSON.stringify(body));
  }
}

function stoppedIn(snapshot: Snapshot): ReadonlySet<string> {
  const stopped = new Set<string>(snapshot.killSwitch ? ["environment"] : []);
  for (const [key, { parts }] of snapshot.experiments) {
    if (parts.status === "killed") {
      stopped.add(`experiment/${key}`);
    }
  }
  for (const [key, { parts }] of snapshot.flags) {
    if (parts.killed) {
      stopped.add(`flag/${key}`);
    }
  }
  return stopped;
}

/** Random (RFC 9562), also where a page is not secure and has no `crypto.randomUUID`. */
function uuidV4(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = 0x40 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
