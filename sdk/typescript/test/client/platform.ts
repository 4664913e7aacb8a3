/** The published HTTP of the platform, in this process: real sockets, real signatures. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createClient, type ClientListener, type Settings, type TrialogClient } from "../../src/index.js";
import type { Json } from "../../src/snapshot/json.js";
import { deltaEvent, Signer, snapshotTree } from "../support.js";

export const TOKEN = "trl_test_secret";

export interface CollectorAnswer {
  readonly status: number;
  readonly body?: string;
  readonly retryAfter?: string;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

export class Platform {
  readonly signer = new Signer();
  /** Statements about keys, as the server tells them. */
  readonly statements: string[] = [];
  readonly lastEventIds: string[] = [];
  readonly ifNoneMatch: (string | undefined)[] = [];
  readonly batches: string[] = [];
  readonly batchTimes: number[] = [];
  readonly receipts: string[] = [];
  readonly receiptTimes: number[] = [];
  readonly unauthorized: (string | undefined)[] = [];
  polls = 0;
  notModified = 0;
  keyRequests = 0;
  streamsOpened = 0;
  streaming = true;
  /** Streams that ask for deltas get them. */
  deltas = false;
  deltasSent = 0;
  readonly streamQueries: string[] = [];
  /** Snapshots are compressed. */
  gzip = false;
  /** Whatever is asked gets this status. */
  status = 0;
  /** The collector answers nothing before this ends. */
  gate: Promise<void> = Promise.resolve();
  /** What snapshots are answered with; undefined for 503. */
  note: string | undefined;
  /** Answers other than the usual ones. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  private position = -1;
  private readonly answers: CollectorAnswer[] = [];
  /** Open streams, and from which position the next delta starts; undefined for no deltas. */
  private readonly streams = new Map<ServerResponse, number | undefined>();
  private readonly notes = new Map<number, string>();
  private readonly receiptAnswers: CollectorAnswer[] = [];
  private readonly clients: TrialogClient[] = [];
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<this> {
    this.server = createServer((request, response) => this.answer(request, response));
    await new Promise<void>((resolve) => this.server?.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Refuses connections until it is started again, on the same port. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    this.streams.clear();
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(0)));
  }

  async end(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close(1)));
    await this.stop();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  client(more: Partial<Settings> = {}): TrialogClient {
    const client = createClient({
      baseUrl: this.url,
      token: TOKEN,
      environment: "production",
      verifierKey: this.signer.vkey,
      pollIntervalMillis: 50,
      longestBackoffMillis: 100,
      flushIntervalMillis: 20,
      requestTimeoutMillis: 5_000,
      ...more,
    });
    this.clients.push(client);
    return client;
  }

  /** A client that asks for the key. */
  trusting(more: Partial<Settings> = {}): TrialogClient {
    const { verifierKey, ...settings } = {
      baseUrl: this.url,
      token: TOKEN,
      environment: "production",
      verifierKey: "",
      pollIntervalMillis: 50,
      longestBackoffMillis: 100,
      ...more,
    };
    const client = createClient(settings);
    this.clients.push(client);
    return client;
  }

  snapshotAt(position: number, members: Record<string, Json> = {}): string {
    return this.signer.snapshot(snapshotTree(position, members));
  }

  /** Serves the experiment at the position, to polls and to open streams. */
  publish(position: number, members: Record<string, Json> = {}): void {
    this.publishNote(position, this.snapshotAt(position, members));
  }

  publishNote(position: number, note: string): void {
    this.serve(position, note);
    for (const [stream, from] of this.streams) {
      stream.write(this.event(position, note, from));
      this.streams.set(stream, from === undefined ? undefined : position);
    }
  }

  /** Serves it to polls, and to streams that are opened. */
  serve(position: number, note: string): void {
    this.note = note;
    this.position = position;
    if (this.deltas) {
      this.notes.set(position, note);
    }
  }

  private event(position: number, note: string, from: number | undefined): string {
    const base = from === undefined ? undefined : this.notes.get(from);
    if (from !== undefined && base !== undefined) {
      this.deltasSent++;
      return deltaEvent(from, base, note);
    }
    const lines = note
      .trimEnd()
      .split("\n")
      .map((line) => `data: ${line}\n`)
      .join("");
    return `event: snapshot\nid: ${position}\n${lines}\n`;
  }

  heartbeat(): void {
    this.send(": alive\n\n");
  }

  send(text: string): void {
    for (const stream of this.streams.keys()) {
      stream.write(text);
    }
  }

  cutStreams(): void {
    for (const stream of this.streams.keys()) {
      stream.destroy();
    }
    this.streams.clear();
  }

  endStreams(): void {
    for (const stream of this.streams.keys()) {
      stream.end();
    }
    this.streams.clear();
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** What the collector answers next, once each; afterwards it accepts. */
  answerBatches(...answers: readonly CollectorAnswer[]): void {
    this.answers.push(...answers);
  }

  /** What receipts are answered with next, once each; afterwards they are taken. */
  answerReceipts(...answers: readonly CollectorAnswer[]): void {
    this.receiptAnswers.push(...answers);
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", this.url).pathname;
    if (this.intercept(request, response)) {
      return;
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      this.unauthorized.push(request.headers.authorization);
      response.writeHead(401).end();
    } else if (this.status > 0) {
      response.writeHead(this.status).end();
    } else if (url.endsWith("/keys")) {
      this.keyRequests++;
      const snapshot_keys = { production: { keys: [], statements: this.statements } };
      response.end(JSON.stringify({ snapshot: { production: this.signer.vkey }, snapshot_keys }));
    } else if (url.endsWith("/stream")) {
      this.stream(request, response);
    } else if (url.endsWith("/batches")) {
      void this.batch(request, response);
    } else if (url.endsWith("/receipts")) {
      void this.receipt(request, response);
    } else {
      this.snapshot(request, response);
    }
  }

  private snapshot(request: IncomingMessage, response: ServerResponse): void {
    this.polls++;
    this.ifNoneMatch.push(request.headers["if-none-match"]);
    const etag = `"${this.position}"`;
    if (request.headers["if-none-match"] === etag) {
      this.notModified++;
      response.writeHead(304).end();
    } else if (this.gzip && this.note !== undefined) {
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(this.note));
    } else {
      response.writeHead(this.note === undefined ? 503 : 200, { ETag: etag }).end(this.note);
    }
  }

  private stream(request: IncomingMessage, response: ServerResponse): void {
    if (!this.streaming) {
      response.writeHead(404).end();
      return;
    }
    const query = new URL(request.url ?? "", this.url).search;
    const last = Number(request.headers["last-event-id"]);
    const from = this.deltas && query === "?deltas=true" ? last : undefined;
    this.streamQueries.push(query);
    this.lastEventIds.push(String(request.headers["last-event-id"]));
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
    if (this.note !== undefined && last !== this.position) {
      response.write(this.event(this.position, this.note, from));
    }
    this.streams.set(response, from === undefined ? undefined : this.position);
    response.on("close", () => this.streams.delete(response));
    this.streamsOpened++;
  }

  private async batch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    this.batchTimes.push(performance.now());
    this.batches.push(body);
    await this.gate;
    const taken = { status: 200, body: '{"accepted":1,"rejected":[],"receipt":{}}' };
    give(response, this.answers.shift() ?? taken);
  }

  private async receipt(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    this.receiptTimes.push(performance.now());
    this.receipts.push(body);
    give(response, this.receiptAnswers.shift() ?? { status: 202 });
  }

  /** The events of the batches so far. */
  events(kind: "exposures" | "outcomes"): Record<string, unknown>[] {
    return this.batches.flatMap(
      (body) => (JSON.parse(body) as Record<string, Record<string, unknown>[]>)[kind] ?? [],
    );
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    pieces.push(piece as Buffer);
  }
  return Buffer.concat(pieces).toString();
}

function give(response: ServerResponse, answer: CollectorAnswer): void {
  if (answer.cut) {
    response.destroy();
    return;
  }
  const headers = answer.retryAfter === undefined ? {} : { "Retry-After": answer.retryAfter };
  response.writeHead(answer.status, headers).end(answer.body ?? "");
}

/** What a listener has heard. */
export class Heard implements ClientListener {
  readonly states: string[] = [];
  readonly positions: number[] = [];
  readonly problems: string[] = [];
  readonly refusals: string[] = [];

  stateChanged = (_: string, to: string): void => void this.states.push(to);
  snapshotAccepted = ({ position }: { position: number }): void => void this.positions.push(position);
  snapshotRefused = (origin: string, reason: string): void => void this.refusals.push(`${origin} ${reason}`);
  problem = (what: string): void => void this.problems.push(what);
}
