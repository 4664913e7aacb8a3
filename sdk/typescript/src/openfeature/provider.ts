import type { EvaluationContext, TrackingEventDetails } from "@openfeature/core";
import type { TrialogClient } from "../client/client.js";
import type { ClientListener } from "../client/state.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { changesBetween } from "./changes.js";
import { contextOf, standIn } from "./context.js";
import { snapshotOf, type Accepts } from "./resolve.js";

/** How long a start waits for a snapshot, unless the application says otherwise. */
export const START_MILLIS = 10_000;

export const isBoolean: Accepts = (value) => typeof value === "boolean";
export const isString: Accepts = (value) => typeof value === "string";
export const isNumber: Accepts = (value) => typeof value === "number";
export const isObject: Accepts = (value) => typeof value === "object" && value !== null;

/** The provider's own events. */
export interface Emit {
  ready(): void;
  stale(message: string): void;
  error(message: string): void;
  changed(message: string, flagsChanged: string[]): void;
}

/** What both providers do with their client: start, end, events, outcomes. */
export class Lifecycle {
  private unlisten = () => {};
  private last: Snapshot | undefined;

  constructor(
    readonly client: TrialogClient,
    private readonly mostMillis: number,
    private readonly emit: Emit,
  ) {}

  /** Rejects when there is no snapshot in time; the client goes on trying, and tells by an event. */
  async start(): Promise<void> {
    const ready = await this.client.ready(this.mostMillis);
    this.last = snapshotOf(this.client);
    this.unlisten = this.client.listen(this.listener());
    if (!ready && this.client.snapshot === undefined) {
      throw new Error(`there was no snapshot within ${this.mostMillis} ms; the client goes on trying`);
    }
  }

  private listener(): ClientListener {
    return {
      stateChanged: (from, to) => {
        if (to === "READY") {
          this.emit.ready();
        } else if (to === "STALE") {
          this.emit.stale(`${from} to ${to}`);
        } else if (to === "OFFLINE") {
          this.emit.error(`${from} to ${to}`);
        }
      },
      snapshotAccepted: () => this.changed(),
    };
  }

  /** The first snapshot changes nothing: with it the provider is ready. */
  private changed(): void {
    const before = this.last;
    this.last = snapshotOf(this.client);
    if (before !== undefined && this.last !== undefined) {
      this.emit.changed(`position ${this.last.position}`, changesBetween(before, this.last));
    }
  }

  async end(): Promise<void> {
    this.unlisten();
    await this.client.close();
  }

  /** The event's name is the metric, its value the value, 1 when it has none. */
  track(event: string, given: EvaluationContext, details: TrackingEventDetails | undefined): void {
    let context = contextOf(given);
    // As evaluation has it: the targeting key stands for each unit that the context lacks.
    const experiments = [...(snapshotOf(this.client)?.experiments.values() ?? [])];
    const units = experiments.length === 0 ? ["user_id"] : experiments.map(({ parts }) => parts.unit);
    for (const unit of units) {
      context = standIn(context, given.targetingKey, unit);
    }
    this.client.track(context, event, details?.value ?? 1);
  }
}
