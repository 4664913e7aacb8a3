import type { Checked } from "./settings.js";
import { joined } from "./sse.js";
import { background } from "./state.js";

/** Browsers allow 64 KiB of bodies that outlive their page, all requests together. */
export const KEEPALIVE_BYTES = 60_000;

/** An answer with its whole body. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array<ArrayBuffer>;
  header(name: string): string | undefined;
}

/** A body that is read piece by piece. */
export interface Stream {
  readonly status: number;
  /** The next piece; undefined at the end. Fails when nothing comes in time. */
  next(mostMillis: number): Promise<Uint8Array | undefined>;
  close(): void;
}

/** Whom requests go to, and how. */
export interface Origin extends Pick<Checked, "baseUrl" | "fetch" | "requestTimeoutMillis"> {
  /** None for a server that must not have it. */
  readonly token?: string;
}

/** Requests to one server, with the client's token if it has one (protocol clauses 7.1 and 13.6). */
export class Http {
  private readonly open = new Set<AbortController>();

  constructor(private readonly settings: Origin) {}

  /** GET of a body of at most so many bytes. */
  async get(
    path: string,
    mostBytes: number,
    headers: Record<string, string> = {},
    cache: RequestCache = "no-store",
  ): Promise<Answer> {
    return this.whole(path, { headers, cache }, mostBytes);
  }

  /**
   * POST of JSON. A body that is small enough outlives its page: `sendBeacon` would, too, and cannot
   * carry the token.
   */
  async post(path: string, body: Uint8Array<ArrayBuffer>, mostBytes: number): Promise<Answer> {
    const headers = { "Content-Type": "application/json" };
    const keepalive = body.length <= KEEPALIVE_BYTES;
    return this.whole(path, { method: "POST", headers, body, keepalive }, mostBytes);
  }

  /** GET that answers as soon as the status is there. */
  async stream(path: string, headers: Record<string, string>): Promise<Stream> {
    const request = this.request();
    try {
      const response = await request.within(this.settings.requestTimeoutMillis, "no answer", () =>
        this.fetch(path, { headers }, request.signal),
      );
      const reader = response.body?.getReader();
      return {
        status: response.status,
        next: (most) => request.within(most, "silence", async () => (await reader?.read())?.value),
        close: () => request.end(),
      };
    } catch (error) {
      request.end();
      throw error;
    }
  }

  /** Ends all that is under way. */
  close(): void {
    for (const controller of this.open) {
      controller.abort();
    }
  }

  private async whole(path: string, init: RequestInit, mostBytes: number): Promise<Answer> {
    const request = this.request();
    try {
      return await request.within(this.settings.requestTimeoutMillis, "no answer", async () => {
        const response = await this.fetch(path, init, request.signal);
        // A browser hides the status of a redirect that is not followed.
        const status = response.type === "opaqueredirect" ? 302 : response.status;
        const body = await limited(response, mostBytes);
        return { status, body, header: (name) => response.headers.get(name) ?? undefined };
      });
    } finally {
      request.end();
    }
  }

  private fetch(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { baseUrl, token } = this.settings;
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    return this.settings.fetch(baseUrl + path, {
      cache: "no-store",
      ...init,
      headers: { ...init.headers, ...authorization },
      signal,
      // A redirect would carry the token to wherever the server says.
      redirect: "manual",
      credentials: "omit",
    });
  }

  private request(): OpenRequest {
    const controller = new AbortController();
    this.open.add(controller);
    return new OpenRequest(controller, () => void this.open.delete(controller));
  }
}

/** A request that ends with its deadlines. */
class OpenRequest {
  constructor(
    private readonly controller: AbortController,
    private readonly ended: () => void,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What the work gives; when it takes too long the request is ended, and this fails. */
  async within<T>(mostMillis: number, what: string, work: () => Promise<T>): Promise<T> {
    const timer = background(
      () => this.controller.abort(new Error(`${what} for ${mostMillis} ms`)),
      mostMillis,
    );
    try {
      return await work();
    } catch (error) {
      throw this.signal.aborted && this.signal.reason instanceof Error ? this.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.ended();
    this.controller.abort();
  }
}

async function limited(response: Response, mostBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = (await reader?.read())?.value as Uint8Array | undefined;
    if (piece === undefined) {
      return joined(pieces) as Uint8Array<ArrayBuffer>;
    }
    size += piece.length;
    if (size > mostBytes) {
      throw new Error(`the body has more than ${mostBytes} bytes`);
    }
    pieces.push(piece);
  }
}

/** The wait that an answer asks for; 0 for none, or a date. */
export function retryAfterMillis(answer: Pick<Answer, "header">): number {
  const asked = answer.header("Retry-After") ?? "";
  return /^[0-9]+$/.test(asked) ? Number(asked) * 1_000 : 0;
}

/** What failed, in words for a listener: what fetch throws names neither token nor subject. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return "an unknown failure";
  }
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return error.message + cause;
}
