/** A static server of snapshot files, as a CDN has them: real sockets, real signatures. */

import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Signer } from "../support.js";

/** Where the files are below the server's root. */
export const FOLDER = "/snapshots";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export class StaticFiles {
  /** By path, `/snapshots/production/latest`. */
  readonly files = new Map<string, string | Buffer>();
  readonly asked: Asked[] = [];
  /** Whatever is asked gets this status. */
  status = 0;
  /** A cache hands out what it had of a path, whatever the file says. */
  readonly caches = new Map<string, string | Buffer>();
  private issued = Date.parse("2026-11-23T01:00:00.000Z");
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      const { method = "", url: path = "", headers } = request;
      this.asked.push({ method, path, headers });
      response.setHeader("Access-Control-Allow-Origin", "*");
      const file = this.caches.get(path) ?? this.files.get(path);
      const status = this.status > 0 ? this.status : file === undefined ? 404 : 200;
      response.writeHead(status, status === 302 ? { Location: path + "?moved" } : {}).end(file);
    });
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async end(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(0)));
  }

  /** With another name of this host for the same port, a browser takes it for a stranger. */
  url(host = "127.0.0.1"): string {
    return `http://${host}:${this.port}${FOLDER}`;
  }

  count(ending: string): number {
    return this.asked.filter(({ path }) => path.endsWith(ending)).length;
  }

  write(name: string, file: string | Buffer): void {
    this.files.set(`${FOLDER}/production/${name}`, file);
  }

  remove(name: string): void {
    this.files.delete(`${FOLDER}/production/${name}`);
  }

  /** What is handed out from now on as `latest`, for ever. */
  holdBack(): void {
    const latest = `${FOLDER}/production/latest`;
    this.caches.set(latest, this.files.get(latest) ?? "");
  }

  /** Puts a note and the pointer to it there, issued later than the one before; the note's name. */
  publish(position: number, note: string, ...signers: readonly Signer[]): string {
    const name = nameOf(position, note);
    this.write(name, note);
    this.point(position, note, ...signers);
    return name;
  }

  /** The pointer alone. */
  point(position: number, note: string, ...signers: readonly Signer[]): void {
    this.write("latest", pointer(position, note, this.later(), "production", ...signers));
  }

  /** The next time at which something is issued. */
  later(): string {
    this.issued += 30_000;
    return new Date(this.issued).toISOString();
  }
}

export function nameOf(position: number, note: string): string {
  return `${position}-${digest(note).slice(0, 16)}.note`;
}

export function pointer(
  position: number,
  note: string,
  issued: string,
  environment: string,
  ...signers: readonly Signer[]
): string {
  const lines = ["trialog/latest", environment, position, nameOf(position, note), digest(note), issued, ""];
  const text = lines.join("\n");
  return `${text}\n${signers.map((signer) => signer.line(text)).join("")}`;
}

function digest(note: string): string {
  return createHash("sha256").update(note).digest("hex");
}
