import type { Event } from "../events/event.js";
import { MAX_BATCH_BYTES, type EventQueue } from "../events/queue.js";
import { uuidV7 } from "../events/uuid.js";
import type { Kept } from "./kept.js";
import { background } from "./state.js";

const PREFIX = "events.";

/** A change waits so long for others: most events are delivered before they are ever written. */
const DELAY_MILLIS = 250;

/** Whose shelf was not written for so long is gone; a living client writes three times as often. */
const LEASE_MILLIS = 30_000;
const ALIVE_MILLIS = LEASE_MILLIS / 3;

/** Most characters of events that are kept, the oldest events first; a page may keep 5 MB. */
const MOST_CHARS = 500_000;

const MOST_SHELVES = 100;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a shelf holds. */
interface Shelved {
  readonly saved: number;
  readonly events: readonly Event[];
  /** How many events could not be read. */
  readonly damaged: number;
}

/** What a shelf has counted. */
export interface ShelfCounts {
  found: number;
  damaged: number;
}

/**
 * Keeps undelivered events over the end of the page or process. Each client has a shelf of its own,
 * because tabs share a storage; shelves of clients that are gone are taken over. An event that two
 * clients send in the end has one id, and the platform folds it.
 */
export class EventShelf {
  readonly counts: ShelfCounts = { found: 0, damaged: 0 };
  private readonly owner: string;
  private change: ReturnType<typeof setTimeout> | undefined;
  private alive: ReturnType<typeof setTimeout> | undefined;
  private lease: ReturnType<typeof setTimeout> | undefined;
  private written = false;
  /** Whether there was room for all of them, the last time. */
  whole = true;
  private closed = false;

  constructor(
    private readonly kept: Kept,
    private readonly queue: EventQueue,
    private readonly now: () => number,
  ) {
    this.owner = uuidV7(now());
  }

  /** The queue has changed. */
  touch(): void {
    this.change ??= background(() => this.save(), DELAY_MILLIS);
  }

  /** Writes what is not settled, or nothing any more. */
  save(): void {
    this.still();
    const unsettled = this.queue.unsettled();
    const events = bounded(unsettled);
    this.whole = events.length === unsettled.length;
    if (events.length > 0) {
      this.kept.write(PREFIX + this.owner, JSON.stringify({ saved: this.now(), events }));
      this.written = true;
      this.alive = background(() => this.save(), ALIVE_MILLIS);
    } else if (this.written) {
      this.kept.remove(PREFIX + this.owner);
      this.written = false;
    }
  }

  /** Writes for the last time, and adopts nothing more. */
  close(): void {
    this.closed = true;
    this.save();
    this.still();
    clearTimeout(this.lease);
  }

  private still(): void {
    clearTimeout(this.change);
    clearTimeout(this.alive);
    this.change = undefined;
  }

  /** Takes over the shelves of clients that are gone; true when something waits then. */
  async adopt(): Promise<boolean> {
    const names = await this.kept.names(PREFIX);
    for (const name of names.filter((one) => one !== PREFIX + this.owner).slice(0, MOST_SHELVES)) {
      const text = await this.kept.read(name);
      const shelf = shelved(text);
      const gone = shelf === undefined || this.now() - shelf.saved >= LEASE_MILLIS;
      if (gone && !this.closed) {
        this.counts.found += shelf?.events.length ?? 0;
        this.counts.damaged += shelf?.damaged ?? (text === undefined ? 0 : 1);
        shelf?.events.forEach((event) => this.queue.offer(event));
        // Ours is written before theirs goes: twice is better than never.
        this.save();
        this.kept.remove(name);
      }
    }
    return this.queue.waiting > 0;
  }

  /** Adopts now, and once more when a client that ended just before this one started is gone. */
  async start(found: () => void): Promise<void> {
    if (await this.adopt()) {
      found();
    }
    if (!this.closed) {
      const again = () => void this.adopt().then((some) => some && found());
      this.lease = background(again, LEASE_MILLIS);
    }
  }
}

function bounded(events: readonly Event[]): readonly Event[] {
  let chars = 0;
  const end = events.findIndex(({ json }) => (chars += json.length) > MOST_CHARS);
  return end < 0 ? events : events.slice(0, end);
}

/** Undefined for what is no shelf; of a shelf, the events that are ones. */
function shelved(text: string | undefined): Shelved | undefined {
  try {
    const { saved, events: all } = JSON.parse(text ?? "") as Partial<Shelved>;
    if (typeof saved !== "number" || !Array.isArray(all)) {
      return undefined;
    }
    const events = all.filter(isEvent);
    return { saved, events, damaged: all.length - events.length };
  } catch {
    return undefined;
  }
}

/** A collector refuses a whole batch for one event that is no JSON: others may write here, too. */
function isEvent(event: unknown): event is Event {
  try {
    const { kind, json } = event as Event;
    const { id } = JSON.parse(json) as { id: unknown };
    const known = kind === "exposure" || kind === "outcome";
    return known && json.length < MAX_BATCH_BYTES / 4 && typeof id === "string" && UUID.test(id);
  } catch {
    return false;
  }
}
