import type { VerifierKey } from "../note/note.js";
import { readStatements } from "../note/statements.js";
import { SnapshotHolder } from "../snapshot/holder.js";
import type { SnapshotPointer } from "../snapshot/pointer.js";
import { decoded, MAX_BYTES, SnapshotRefused, type RefusalReason } from "../snapshot/reader.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { Backoff, jittered, Pause } from "./backoff.js";
import { SnapshotFiles } from "./files.js";
import { wordsOf, type Http, type Stream } from "./http.js";
import type { Kept } from "./kept.js";
import { snapshotKey, type Checked } from "./settings.js";
import { SseParser, type ServerEvent } from "./sse.js";
import type { StateKeeper } from "./state.js";

const NOTE = "snapshot";
const KEY = "vkey";
const STATEMENTS = "statements";
const MOST_KEY_BYTES = 4 * 1024 * 1024;
const LF = 0x0a;

/** How long a revocation may go unnoticed while nothing else happens. */
const KEYS_EVERY_MILLIS = 600_000;

/** Statements come from anybody: one list must not flood whoever listens. */
const MOST_TOLD = 10;

/** No note has two empty lines. */
const BETWEEN = "\n\n\n";

/** A stream that lived so long was healthy: the wait after it starts small again. */
const HEALTHY_MILLIS = 10_000;

/** What became of an offered note, or of statements about keys. */
export type Offer =
  /** Newer, or new: it is evaluated, or the statements are in force, from now on. */
  | "ACCEPTED"
  /** What is evaluated, or known, already. */
  | "UNCHANGED"
  /** Not trusted, or older; counted, and told to the listener. */
  | "REFUSED"
  /** The client has no key yet to check it with; to be offered again. */
  | "NO_KEY"
  /** The client is closed. */
  | "CLOSED";

/** What a feed has counted. */
export interface FeedCounts {
  accepted: number;
  failures: number;
  streams: number;
}

/**
 * Keeps the snapshot fresh (protocol clauses 7.1 to 7.6, 10, 12 and 13).
 *
 * A round polls once with the ETag, and then, when streaming, reads the stream until it ends. A
 * stream that cannot be opened or breaks therefore leaves plain polling, with the next stream tried
 * after the next poll: there is no mode to fall into and none to come back from. Where there are
 * files, a round looks at the pointer, and fetches the file if it is a newer one. Rounds that fail
 * wait longer and longer, with jitter; a healthy stream or a poll that was answered resets that.
 */
export class SnapshotFeed {
  readonly counts: FeedCounts = { accepted: 0, failures: 0, streams: 0 };
  private readonly backoff: Backoff;
  private readonly pause = new Pause();
  private readonly path: string;
  private readonly files: SnapshotFiles | undefined;
  private holder: SnapshotHolder | undefined;
  private closed = false;
  /** Somebody wants another round since this one began. */
  private woken = false;
  /** When the server was last asked for statements about keys. */
  private asked = -Infinity;
  /** The same, because a note named other keys. */
  private askedForNote = -Infinity;
  /** Ends with the note that is being taken. */
  private taking: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly settings: Checked,
    private readonly http: Http,
    private readonly kept: Kept,
    private readonly state: StateKeeper,
  ) {
    this.backoff = new Backoff(settings.longestBackoffMillis);
    this.path = `/api/v1/snapshots/${settings.environment}`;
    const { snapshotFiles } = settings;
    this.files = snapshotFiles === undefined ? undefined : new SnapshotFiles(settings, snapshotFiles);
  }

  /** The snapshot to evaluate; undefined as long as there is none. */
  get current(): Snapshot | undefined {
    return this.holder?.current;
  }

  get refusals(): Readonly<Partial<Record<RefusalReason, number>>> {
    return this.holder?.refusals ?? {};
  }

  /**
   * Serves the bootstrap, and what is kept, at once where the storage answers at once; then goes
   * round until {@link close}.
   */
  start(): void {
    const { verifierKey, bootstrap } = this.settings;
    if (verifierKey !== undefined) {
      this.restore(this.hold(verifierKey), bootstrap, "bootstrap");
    }
    const note = this.kept.read(NOTE);
    const key = this.kept.read(KEY);
    const statements = this.kept.read(STATEMENTS);
    if (note instanceof Promise || key instanceof Promise || statements instanceof Promise) {
      void Promise.all([note, key, statements]).then(([n, k, s]) => {
        this.startFrom(n, k, s);
        return this.run();
      });
    } else {
      this.startFrom(note, key, statements);
      void this.run();
    }
  }

  /** Ends a wait between rounds: the machine is online again, or the page is seen. */
  wake(): void {
    this.woken = true;
    this.pause.wake();
  }

  /** A note that came by another way than ours (protocol clause 13.1). Never rejects. */
  async offered(note: Uint8Array | string, origin: string): Promise<Offer> {
    const holder = this.holder;
    if (this.closed) {
      return "CLOSED";
    }
    if (holder === undefined) {
      return "NO_KEY";
    }
    try {
      const fresh = await this.take(holder, note);
      this.state.servingUnconfirmed();
      return fresh ? "ACCEPTED" : "UNCHANGED";
    } catch (error) {
      this.refused(error, origin);
      return "REFUSED";
    }
  }

  /** Statements about keys that came by another way than ours (protocol clause 12.8). Never throws. */
  offeredStatements(list: Uint8Array | string, origin: string): Offer {
    if (this.closed) {
      return "CLOSED";
    }
    if (this.holder === undefined) {
      return "NO_KEY";
    }
    try {
      return this.learnAndKeep(this.holder, readStatements(list));
    } catch (error) {
      this.state.problem(`the statements about keys (${origin}) were refused: ${wordsOf(error)}`);
      return "REFUSED";
    }
  }

  /** Ends the rounds and the requests for files; the caller ends its own. */
  close(): void {
    this.closed = true;
    this.files?.close();
    this.pause.wake();
  }

  private startFrom(
    note: string | undefined,
    key: string | undefined,
    statements: string | undefined,
  ): void {
    try {
      if (this.holder === undefined && key !== undefined) {
        this.hold(snapshotKey(key.trim(), this.settings.environment));
      }
      this.learn(this.holder, statements?.split(BETWEEN) ?? []);
      this.restore(this.holder, note, "disk");
    } catch (error) {
      this.state.problem(`the key that was kept cannot be used: ${wordsOf(error)}`);
    }
  }

  private restore(holder: SnapshotHolder | undefined, note: string | undefined, origin: string): void {
    try {
      if (holder !== undefined && note !== undefined && holder.restore(note)) {
        this.served(holder);
        this.state.servingUnconfirmed();
      }
    } catch (error) {
      this.refused(error, origin);
    }
  }

  private hold(key: VerifierKey): SnapshotHolder {
    this.holder = new SnapshotHolder(this.settings.environment, key);
    return this.holder;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      this.woken = false;
      const wait = await this.round();
      if (!this.closed && !this.woken) {
        await this.pause.wait(wait);
      }
    }
  }

  /** One round; the answer is the wait before the next. Defects are reported, and end nothing. */
  private async round(): Promise<number> {
    const { mode, pollIntervalMillis } = this.settings;
    try {
      const holder = await this.trusted();
      await this.look(holder);
      await this.askInTime(holder);
      if (holder.trusted === undefined) {
        // Its key was revoked: the server must send what it serves, whatever its position.
        await this.look(holder);
      }
      if (mode === "streaming") {
        if (await this.stream(holder, "?deltas=true")) {
          // What is whole comes by the poll, and on a stream without deltas.
          await this.poll(holder);
          await this.stream(holder, "");
        }
        // The server ended the stream; one that always does must not be asked in a tight loop.
        return Math.min(this.backoff.next(), pollIntervalMillis);
      }
      this.backoff.reset();
      return jittered(pollIntervalMillis);
    } catch (error) {
      if (!this.closed) {
        this.counts.failures++;
        this.state.failed(wordsOf(error), this.current !== undefined);
      }
      return Math.min(this.backoff.next(), pollIntervalMillis);
    }
  }

  /** The holder; without a configured or kept key the server is asked once and then believed. */
  private async trusted(): Promise<SnapshotHolder> {
    if (this.holder !== undefined) {
      return this.holder;
    }
    const { environment } = this.settings;
    const answer = await this.http.get("/api/v1/keys", MOST_KEY_BYTES);
    if (answer.status !== 200) {
      throw new Error(`expected the keys, found status ${answer.status}`);
    }
    const key = snapshotKey(keyIn(answer.body, environment), environment);
    this.kept.write(KEY, key.toString());
    // It is the newest: nothing is known to follow it.
    this.asked = performance.now();
    return this.hold(key);
  }

  private async look(holder: SnapshotHolder): Promise<void> {
    await (this.files === undefined ? this.poll(holder) : this.pollFiles(holder, this.files));
  }

  private async poll(holder: SnapshotHolder): Promise<void> {
    const position = holder.trusted?.position;
    const headers: Record<string, string> =
      position === undefined ? {} : { "If-None-Match": `"${position}"` };
    const answer = await this.http.get(this.path, MAX_BYTES, headers);
    if (answer.status === 304 && position !== undefined) {
      this.state.confirmed();
    } else if (answer.status !== 200) {
      throw new Error(`expected a snapshot, found status ${answer.status}`);
    } else if (await this.offer(holder, answer.body, "http")) {
      this.state.confirmed();
    } else {
      throw new Error("the server's snapshot was refused");
    }
  }

  private async pollFiles(holder: SnapshotHolder, files: SnapshotFiles): Promise<void> {
    const pointer = await this.pointed(holder, await files.pointer());
    if (pointer.position > (holder.trusted?.position ?? -1)) {
      // A file that is gone ends the round like any failure: the next one asks for the pointer again.
      const note = await files.note(pointer);
      if (!(await this.offer(holder, note, "files"))) {
        throw new Error("a snapshot file was refused");
      }
    }
    if (holder.isConfirmedBy(pointer)) {
      this.state.confirmed();
    } else if (holder.current !== undefined) {
      this.state.servingUnconfirmed();
    }
  }

  private async pointed(holder: SnapshotHolder, note: Uint8Array): Promise<SnapshotPointer> {
    if (holder.hasOtherPointerSigners(note)) {
      await this.askForNote(holder);
    }
    try {
      return await holder.point(note);
    } catch (error) {
      this.refused(error, "files");
      throw new Error("the pointer to a snapshot file was refused");
    }
  }

  /** True when the note is now served, or was already. */
  private async offer(holder: SnapshotHolder, note: Uint8Array, origin: string): Promise<boolean> {
    if (holder.hasOtherSigners(note)) {
      await this.askForNote(holder);
    }
    try {
      await this.take(holder, note);
      return true;
    } catch (error) {
      this.refused(error, origin);
      return false;
    }
  }

  /** One at a time, so that what is kept is the newest, too; true when it is served from now on. */
  private take(holder: SnapshotHolder, note: Uint8Array | string): Promise<boolean> {
    const taken = this.taking.then(() => this.takeNow(holder, note));
    this.taking = taken.catch(() => undefined);
    return taken;
  }

  private async takeNow(holder: SnapshotHolder, note: Uint8Array | string): Promise<boolean> {
    const fresh = await holder.offer(note);
    if (fresh && !this.closed) {
      this.served(holder);
      this.kept.write(NOTE, decoded(note));
    }
    return fresh;
  }

  /** Like {@link offer}, for what a delta makes of the snapshot that is served. */
  private async offerDelta(holder: SnapshotHolder, data: Uint8Array): Promise<boolean> {
    try {
      return await this.offer(holder, holder.whole(data), "stream");
    } catch (error) {
      this.refused(error, "stream");
      return false;
    }
  }

  /** From time to time, because a revocation changes nothing else that a client would see. */
  private async askInTime(holder: SnapshotHolder): Promise<void> {
    if (performance.now() - this.asked >= KEYS_EVERY_MILLIS) {
      await this.askForStatements(holder);
    }
  }

  /**
   * Because a note names other keys; but not if that was so a short while ago: somebody who can make
   * notes must not be able to make requests too.
   */
  private async askForNote(holder: SnapshotHolder): Promise<void> {
    const now = performance.now();
    if (now - this.askedForNote >= this.settings.pollIntervalMillis) {
      this.askedForNote = now;
      await this.askForStatements(holder);
    }
  }

  /** Asks what keys follow and which are revoked. A failure changes no key. */
  private async askForStatements(holder: SnapshotHolder): Promise<void> {
    if (this.closed) {
      return;
    }
    this.asked = performance.now();
    try {
      const statements = await (this.files === undefined ? this.statements() : this.files.statements());
      this.learnAndKeep(holder, statements);
    } catch (error) {
      if (!this.closed) {
        this.state.problem(`the statements about keys cannot be had: ${wordsOf(error)}`);
      }
    }
  }

  private async statements(): Promise<string[]> {
    const answer = await this.http.get("/api/v1/keys", MOST_KEY_BYTES);
    if (answer.status !== 200) {
      throw new Error(`expected the keys, found status ${answer.status}`);
    }
    return statementsIn(answer.body, this.settings.environment);
  }

  private learnAndKeep(holder: SnapshotHolder, statements: readonly string[]): Offer {
    const before = holder.keys.statements;
    const refused = this.learn(holder, statements);
    if (holder.keys.statements !== before) {
      this.kept.write(STATEMENTS, holder.keys.statements.join(BETWEEN));
      return "ACCEPTED";
    }
    return refused === 0 ? "UNCHANGED" : "REFUSED";
  }

  /** How many were refused. */
  private learn(holder: SnapshotHolder | undefined, statements: readonly string[]): number {
    const refused = holder?.learn(statements) ?? [];
    for (const each of refused.slice(0, MOST_TOLD)) {
      this.state.problem(`a statement about keys was refused: ${each}`);
    }
    if (refused.length > MOST_TOLD) {
      this.state.problem(`so were ${refused.length - MOST_TOLD} more statements about keys`);
    }
    return refused.length;
  }

  private served(holder: SnapshotHolder): void {
    this.counts.accepted++;
    if (holder.current !== undefined) {
      this.state.accepted(holder.current);
    }
  }

  private refused(error: unknown, origin: string): void {
    if (error instanceof SnapshotRefused) {
      this.state.refused(origin, error.reason, error.message);
    } else {
      this.state.problem(`a snapshot (${origin}) could not be read: ${wordsOf(error)}`);
    }
  }

  /**
   * Reads a stream until it ends; true when that was because a delta was refused, or the server
   * knows no deltas.
   */
  private async stream(holder: SnapshotHolder, query: string): Promise<boolean> {
    const stream = await this.http.stream(`${this.path}/stream${query}`, {
      Accept: "text/event-stream",
      "Last-Event-ID": String(holder.trusted?.position ?? -1),
    });
    const opened = performance.now();
    try {
      if (stream.status === 400 && query !== "") {
        return true;
      }
      if (stream.status !== 200) {
        throw new Error(`expected a stream, found status ${stream.status}`);
      }
      return await this.read(holder, stream);
    } finally {
      stream.close();
      if (performance.now() - opened >= HEALTHY_MILLIS) {
        this.backoff.reset();
      }
    }
  }

  /**
   * Reads until the server ends the stream. A refused snapshot ends nothing, but after it heartbeats
   * no longer say that what is served is the newest. A refused delta ends the reading, and the answer
   * is true: those that follow it would start from what is not served.
   */
  private async read(holder: SnapshotHolder, stream: Stream): Promise<boolean> {
    const parser = new SseParser(MAX_BYTES);
    const silence = this.settings.heartbeatTimeoutMillis;
    let trusted = true;
    let piece = await stream.next(silence);
    this.counts.streams += piece === undefined ? 0 : 1;
    while (piece !== undefined && !this.closed) {
      for (const event of parser.feed(piece)) {
        if (event.type === "snapshot") {
          trusted = await this.offer(holder, noteOf(event), "stream");
        } else if (event.type === "delta") {
          trusted = await this.offerDelta(holder, event.data);
          if (!trusted) {
            return true;
          }
        }
      }
      if (trusted && holder.current !== undefined) {
        this.state.confirmed();
      }
      await this.askInTime(holder);
      if (holder.trusted === undefined) {
        return false;
      }
      piece = await stream.next(silence);
    }
    return false;
  }
}

/** The lines of an event have no last line end; a note has one. */
function noteOf({ data }: ServerEvent): Uint8Array {
  if (data.at(-1) === LF) {
    return data;
  }
  const note = new Uint8Array(data.length + 1);
  note.set(data);
  note[data.length] = LF;
  return note;
}

/** None of a server that serves none. */
function statementsIn(body: Uint8Array, environment: string): string[] {
  const tree = JSON.parse(new TextDecoder().decode(body)) as {
    snapshot_keys?: Record<string, { statements?: unknown }>;
  } | null;
  const statements = tree?.snapshot_keys?.[environment]?.statements;
  return Array.isArray(statements) ? statements.map(String) : [];
}

function keyIn(body: Uint8Array, environment: string): string {
  try {
    const tree = JSON.parse(new TextDecoder().decode(body)) as {
      snapshot?: Record<string, unknown>;
    };
    const key = tree.snapshot?.[environment];
    if (typeof key === "string") {
      return key;
    }
  } catch {
    throw new Error("the keys are not JSON");
  }
  throw new Error(`the server has no key for ${environment}`);
}
