import type { Context } from "../evaluate/context.js";
import type { Decision, FlagDecision } from "../evaluate/decision.js";
import type { Overrides } from "../evaluate/overrides.js";
import { exposureEvent, outcomeEvent, type Event } from "../events/event.js";
import { EventQueue } from "../events/queue.js";
import type { RefusalReason } from "../snapshot/reader.js";
import type { SnapshotInfo } from "../snapshot/snapshot.js";
import { SnapshotFeed, type Offer } from "./feed.js";
import { Http } from "./http.js";
import { Kept } from "./kept.js";
import { watchPage } from "./page.js";
import { ReceiptSender } from "./receipts.js";
import { Recorder } from "./recorder.js";
import { EventSender } from "./sender.js";
import { checkSettings, type Checked, type Settings } from "./settings.js";
import { EventShelf } from "./shelf.js";
import { background, StateKeeper, type ClientListener, type ClientState } from "./state.js";

const CLOSE_MILLIS = 5_000;

/** What a client has counted since it was made. */
export interface Counters {
  /** Snapshots that were served. */
  readonly snapshotsAccepted: number;
  /** Snapshots that were not, by reason. */
  readonly snapshotsRefused: Readonly<Partial<Record<RefusalReason, number>>>;
  /** Requests for snapshots, streams or keys that failed. */
  readonly requestFailures: number;
  /** Streams that delivered at least one byte. */
  readonly streamsOpened: number;
  /** Exposures and outcomes taken into the queue. */
  readonly eventsRecorded: number;
  /** Events that the collector has acknowledged. */
  readonly eventsAccepted: number;
  /** Events that the collector will never take, single or by the batch. */
  readonly eventsRejected: number;
  /** Events that were not taken into the queue: it was full, or they could not be encoded. */
  readonly eventsDropped: number;
  /** Events waiting or in flight; after closing, those that were lost, unless a storage has them. */
  readonly eventsPending: number;
  /** Batches that were answered, whatever the answer. */
  readonly batchesSent: number;
  /** Times a batch had to be sent again. */
  readonly batchesRetried: number;
  /** What became of the storage. */
  readonly storage: StorageCounters;
}

/** What became of a client's storage; all nothing in a client without one. */
export interface StorageCounters {
  /** Whether it took what was last given to it, and has all unsettled events but for the last 250 ms. */
  readonly keeping: boolean;
  /** Events of earlier clients that are delivered by this one. */
  readonly eventsFound: number;
  /** Events of earlier clients that could not be read; where nothing could be, one. */
  readonly eventsDamaged: number;
  /** Times it could not be used; what was to be kept was in memory only, until it could. */
  readonly failures: number;
}

/** What an application asks; a client and a test client answer it. Nothing here ever throws. */
export interface Trialog {
  /**
   * The variant for a context; the first time that a subject is assigned, an exposure is recorded.
   *
   * @param fallback answered as long as nothing is known about the experiment
   */
  evaluate(experiment: string, context: Context, fallback: string): Decision;
  /** The same without an exposure: for a prefetch, or a page that may not be shown. */
  peek(experiment: string, context: Context, fallback: string): Decision;
  /** The decisions on all experiments, by key, without exposures: to render on a server. */
  evaluateAll(context: Context): ReadonlyMap<string, Decision>;
  /** The value of a flag; the fallback when it is unknown, or its value is of another type. */
  flag(key: string, context: Context, fallback: boolean): boolean;
  flag(key: string, context: Context, fallback: number): number;
  flag(key: string, context: Context, fallback: string): string;
  /** The value of a flag if the guard accepts it. */
  flag<T>(key: string, context: Context, fallback: T, accepts: (value: unknown) => value is T): T;
  /**
   * What a flag gave, and why.
   *
   * @param fallback JSON text, answered as long as nothing is known about the flag
   */
  flagDecision(key: string, context: Context, fallback: string): FlagDecision;
  /**
   * Records a metric event of whoever the context is about: once for each unit that the experiments
   * randomise and the context has. What cannot be recorded is counted as dropped.
   *
   * @param value finite, at most 1e9 in size; six decimals are kept
   */
  track(context: Context, metric: string, value: number): void;
  /** Forces variants for quality assurance from now on; forced answers are never exposures. */
  override(overrides: Overrides): void;
}

/**
 * Assigns subjects to variants, and reports exposures and outcomes, for one environment.
 *
 * One client a page or process. Evaluation works on a snapshot in memory: it never throws, never
 * waits and never asks the network. As soon as a snapshot arrives in which an experiment is killed,
 * every evaluation of it answers control.
 */
export class TrialogClient implements Trialog {
  private readonly settings: Checked;
  private readonly keeper: StateKeeper;
  // Apart, because closing ends the one at once and the other at its deadline.
  private readonly snapshotHttp: Http;
  private readonly eventHttp: Http;
  private readonly kept: Kept;
  private readonly queue: EventQueue;
  private readonly shelf: EventShelf;
  private readonly feed: SnapshotFeed;
  private readonly sender: EventSender;
  private readonly receipts: ReceiptSender;
  private readonly recorder: Recorder;
  private readonly unwatch: () => void;

  /** @throws InvalidSetting for settings that cannot be meant: the only thing that throws here */
  constructor(given: Settings) {
    const settings = checkSettings(given);
    this.settings = settings;
    this.keeper = new StateKeeper(settings.listener, settings.staleAfterMillis, settings.safeAfterMillis);
    this.snapshotHttp = new Http(settings);
    this.eventHttp = new Http(settings);
    this.kept = new Kept(settings.storage, settings.environment, this.keeper);
    this.queue = new EventQueue(settings.queueCapacity);
    this.shelf = new EventShelf(this.kept, this.queue, settings.now);
    this.feed = new SnapshotFeed(settings, this.snapshotHttp, this.kept, this.keeper);
    const settled = () => this.shelf.touch();
    this.sender = new EventSender(this.queue, this.eventHttp, this.keeper, settings, settled);
    this.receipts = this.acknowledging();
    this.recorder = this.recording();
    this.unwatch = watchPage({
      hidden: () => this.hide(),
      left: () => this.receipts.leave(),
      back: () => this.feed.wake(),
    });
    this.feed.start();
    void this.shelf.start(() => this.sender.notify());
  }

  private acknowledging(): ReceiptSender {
    const problem = (what: string) => this.keeper.problem(what);
    const sender = new ReceiptSender(this.settings.environment, this.eventHttp, problem);
    if (this.settings.receipts) {
      this.keeper.listen({
        snapshotAccepted: () => this.feed.current && sender.accepted(this.feed.current),
      });
    }
    return sender;
  }

  private recording(): Recorder {
    const { environment, surface, segments, exposureMemory, now } = this.settings;
    return new Recorder({
      environment,
      surface,
      segments,
      exposureMemory,
      now,
      // A closed client hears of no kill and records nothing, so it assigns nobody.
      snapshot: () => (this.state === "CLOSED" || this.keeper.tooOld ? undefined : this.feed.current),
      open: () => this.state !== "CLOSED",
      expose: (exposure) => this.queued(exposureEvent(exposure)),
      record: (outcome) => void this.queued(outcomeEvent(outcome)),
      drop: (why) => {
        this.queue.drop();
        this.keeper.problem(why);
      },
    });
  }

  private queued(event: Event): boolean {
    const taken = this.queue.offer(event);
    if (taken) {
      this.sender.notify();
      this.shelf.touch();
    }
    return taken;
  }

  evaluate(experiment: string, context: Context, fallback: string): Decision {
    return this.recorder.evaluate(experiment, context, fallback);
  }

  peek(experiment: string, context: Context, fallback: string): Decision {
    return this.recorder.peek(experiment, context, fallback);
  }

  evaluateAll(context: Context): ReadonlyMap<string, Decision> {
    return this.recorder.peekAll(context);
  }

  flag(key: string, context: Context, fallback: boolean): boolean;
  flag(key: string, context: Context, fallback: number): number;
  flag(key: string, context: Context, fallback: string): string;
  flag<T>(key: string, context: Context, fallback: T, accepts: (value: unknown) => value is T): T;
  flag<T>(key: string, context: Context, fallback: T, accepts = sameType(fallback)): T {
    return this.recorder.flagValue(key, context, fallback, accepts);
  }

  flagDecision(key: string, context: Context, fallback: string): FlagDecision {
    return this.recorder.flag(key, context, fallback);
  }

  track(context: Context, metric: string, value: number): void {
    this.recorder.track(context, metric, value);
  }

  override(overrides: Overrides): void {
    this.recorder.overrides = overrides;
  }

  /**
   * Takes a signed note that came by another way than the client's own: a topic, a cache, a message
   * of the page's server (protocol clause 13). It is checked like one from the server, so whoever
   * brings it is not trusted. A kill in it is obeyed at once. It confirms nothing: a client that
   * serves it without hearing the server is STALE. Never rejects.
   *
   * @param note not to be changed any more
   * @param origin what the listener is told in case of a refusal, such as `push`
   */
  async offer(note: Uint8Array | string, origin: string): Promise<Offer> {
    return this.feed.offered(note, origin);
  }

  /**
   * Takes the statements about keys that came by another way than the client's own (protocol clause
   * 12.8), `{"statements":[...]}`. Each is believed for its signatures only, so whoever brings them is
   * not trusted; those that are refused are told to the listener. Never rejects.
   *
   * @param origin what the listener is told when they cannot be read, such as `push`
   * @returns ACCEPTED when the client now knows of another key or revocation: a note that it refused
   *   before may be offered again
   */
  async offerStatements(statements: Uint8Array | string, origin: string): Promise<Offer> {
    return this.feed.offeredStatements(statements, origin);
  }

  /** The environment that it was made for. */
  get environment(): string {
    return this.settings.environment;
  }

  get state(): ClientState {
    return this.keeper.state;
  }

  /** The snapshot being evaluated, if there is one. */
  get snapshot(): SnapshotInfo | undefined {
    return this.feed.current;
  }

  /** Adds a listener; the answer takes it away again. */
  listen(listener: ClientListener): () => void {
    return this.keeper.listen(listener);
  }

  /** True when a snapshot is served within the time, fresh or stale; for a start that can wait. */
  async ready(mostMillis: number): Promise<boolean> {
    const serving = () => this.state === "READY" || this.state === "STALE";
    if (!serving() && this.state !== "CLOSED") {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, mostMillis);
        const unlisten = this.listen({
          stateChanged: (_, to) => void (to !== "OFFLINE" && done()),
        });
        function done() {
          clearTimeout(timer);
          unlisten();
          resolve();
        }
      });
    }
    return serving();
  }

  /** Sends what waits; true when all of it is settled within the time. */
  async flush(mostMillis = CLOSE_MILLIS): Promise<boolean> {
    return this.sender.flush(mostMillis);
  }

  /** What was counted so far. */
  counters(): Counters {
    const { queue, sender, feed, kept, shelf } = this;
    return {
      snapshotsAccepted: feed.counts.accepted,
      snapshotsRefused: feed.refusals,
      requestFailures: feed.counts.failures,
      streamsOpened: feed.counts.streams,
      eventsRecorded: queue.recorded,
      eventsAccepted: sender.counts.accepted,
      eventsRejected: sender.counts.rejected,
      eventsDropped: queue.dropped,
      eventsPending: queue.pending,
      batchesSent: sender.counts.sent,
      batchesRetried: sender.counts.retried,
      storage: {
        keeping: kept.keeping && shelf.whole,
        eventsFound: shelf.counts.found,
        eventsDamaged: shelf.counts.damaged,
        failures: kept.failures,
      },
    };
  }

  /**
   * Stops, and delivers what waits until the deadline. What is then still pending is counted as
   * pending; it is lost unless a storage keeps it for the next client. Closing again does nothing.
   */
  async close(deadlineMillis = CLOSE_MILLIS): Promise<void> {
    if (this.state === "CLOSED") {
      return;
    }
    this.keeper.closed();
    this.unwatch();
    this.feed.close();
    this.snapshotHttp.close();
    const told = this.receipts.close();
    const deadline = new Promise((end) => background(() => end(0), deadlineMillis));
    await this.sender.close(deadlineMillis);
    await Promise.race([told, deadline]);
    this.eventHttp.close();
    this.shelf.close();
    await Promise.race([this.kept.settled(), new Promise((end) => background(() => end(0), 1_000))]);
  }

  private hide(): void {
    this.sender.hide();
    this.shelf.save();
  }
}

/** For a flag without a guard: the value has the type of the fallback. */
export function sameType<T>(fallback: T): (value: unknown) => value is T {
  return (value): value is T => typeof value === typeof fallback && value !== null;
}

/**
 * A client that starts at once.
 *
 * @throws InvalidSetting for settings that cannot be meant
 */
export function createClient(settings: Settings): TrialogClient {
  return new TrialogClient(settings);
}
