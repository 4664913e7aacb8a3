import { utf8 } from "../hash/utf8.js";
import type { Event } from "./event.js";

/** Most events of a batch. */
export const MAX_BATCH_EVENTS = 1_000;

/** Most bytes of a batch; the collector takes 1 MiB. */
export const MAX_BATCH_BYTES = 1_000_000;

/** Brackets and names around the events of a batch. */
const FRAME_BYTES = 64;

/** Events of one request to the collector; sent again it is the same bytes. */
export class EventBatch {
  readonly body: Uint8Array<ArrayBuffer>;

  constructor(readonly events: readonly Event[]) {
    const of = (kind: Event["kind"]) =>
      events
        .filter((event) => event.kind === kind)
        .map((event) => event.json)
        .join(",");
    this.body = utf8(`{"exposures":[${of("exposure")}],"outcomes":[${of("outcome")}]}`);
  }

  get size(): number {
    return this.events.length;
  }
}

/**
 * A bounded queue of events that the collector has not acknowledged (protocol clause 6.6). When it
 * is full the new event is dropped and counted: the older ones are nearer to being delivered, and an
 * exposure that was not taken is recorded again later. A batch that was taken still counts until it
 * is settled, so what is in flight is bounded too.
 */
export class EventQueue {
  private readonly waitingEvents: { readonly event: Event; readonly bytes: number }[] = [];
  private readonly inFlight = new Set<EventBatch>();
  private inFlightEvents = 0;
  private counts = { recorded: 0, dropped: 0 };

  /** @param capacity most events waiting and in flight together, at least 1 */
  constructor(private readonly capacity: number) {}

  /** True when the event was taken; false when it was dropped, and counted. */
  offer(event: Event): boolean {
    const bytes = utf8(event.json).length;
    if (this.pending >= this.capacity || bytes > MAX_BATCH_BYTES / 2) {
      return this.drop();
    }
    this.counts.recorded++;
    this.waitingEvents.push({ event, bytes });
    return true;
  }

  /** Counts an event that could not be made or taken. */
  drop(): false {
    this.counts.dropped++;
    return false;
  }

  /** The next batch in the order of the offers; undefined when nothing waits. */
  take(mostBytes = MAX_BATCH_BYTES): EventBatch | undefined {
    let bytes = FRAME_BYTES;
    let count = 0;
    for (const next of this.waitingEvents) {
      bytes += next.bytes + 1;
      // One event always goes, or a small bound would hold up the queue.
      if (count === MAX_BATCH_EVENTS || (bytes > mostBytes && count > 0)) {
        break;
      }
      count++;
    }
    if (count === 0) {
      return undefined;
    }
    const batch = new EventBatch(this.waitingEvents.splice(0, count).map(({ event }) => event));
    this.inFlight.add(batch);
    this.inFlightEvents += batch.size;
    return batch;
  }

  /** The batch was acknowledged, rejected or given up: its room is free again. */
  settle(batch: EventBatch): void {
    if (this.inFlight.delete(batch)) {
      this.inFlightEvents -= batch.size;
    }
  }

  /** The events that are not settled, those in flight first. */
  unsettled(): readonly Event[] {
    const flying = [...this.inFlight].flatMap((batch) => batch.events);
    return [...flying, ...this.waitingEvents.map(({ event }) => event)];
  }

  /** Events waiting or in flight. */
  get pending(): number {
    return this.waitingEvents.length + this.inFlightEvents;
  }

  /** Events waiting for a batch. */
  get waiting(): number {
    return this.waitingEvents.length;
  }

  /** Events taken into the queue so far. */
  get recorded(): number {
    return this.counts.recorded;
  }

  /** Events dropped so far: the queue was full, or they could not be encoded. */
  get dropped(): number {
    return this.counts.dropped;
  }
}
