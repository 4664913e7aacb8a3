import { MAX_SEGMENTS } from "../events/event.js";
import { NoteError, VerifierKey } from "../note/note.js";
import type { ClientListener } from "./state.js";
import type { SdkStorage } from "./storage.js";

/** How snapshots come. */
export type Mode = "streaming" | "polling" | "files";

/** What a client is made with; times are milliseconds. */
export interface Settings {
  /** Where the platform is, `https://trialog.example.com`; a path prefix may follow. */
  readonly baseUrl: string;
  /** A token with the role sdk, `trl_...`. */
  readonly token: string;
  /** `production` or `staging`. */
  readonly environment: string;
  /**
   * The public key that snapshots must be signed with, `trialog/<environment>+...`. Without it the
   * client asks the server once at the start and trusts what it says from then on, and with a
   * storage also after restarts: right when the first start happens on a network that is trusted. A
   * configured key needs no such luck.
   */
  readonly verifierKey?: string;
  /** A signed note to start from, so that the first evaluation has a snapshot; needs the key. */
  readonly bootstrap?: string;
  /**
   * Streaming unless set. Polling needs no open connection for each page. Files are those of
   * {@link snapshotFiles}.
   */
  readonly mode?: Mode;
  /**
   * Takes snapshots from signed files of a static server or a CDN instead,
   * `https://cdn.example.com/snapshots`; the mode is then `files`. It is sent no token, and must allow
   * the page's origin. Events still go to the base URL, which is asked for the key too if none is
   * configured.
   */
  readonly snapshotFiles?: URL | string;
  /** Nothing is kept unless set. */
  readonly storage?: SdkStorage | undefined;
  /** Where exposures were shown; the experiment's surface unless set. */
  readonly surface?: string;
  /** Attributes that exposures carry in the clear, at most 8: groups, never persons. */
  readonly segments?: readonly string[];
  readonly listener?: ClientListener;
  /** Time between polls, half of it to all of it at random; 30 s unless set. */
  readonly pollIntervalMillis?: number;
  /** How long a stream may be silent; the server sends something every 15 s; 45 s unless set. */
  readonly heartbeatTimeoutMillis?: number;
  /** How long a snapshot counts as fresh without the server; 90 s unless set. */
  readonly staleAfterMillis?: number;
  /**
   * Assigns nobody, with `NOT_READY` and the caller's fallback, once the server has not confirmed the
   * snapshot for this long, and before it has for the first time; never unless set.
   */
  readonly safeAfterMillis?: number;
  /** Deadline of each request; 10 s unless set. */
  readonly requestTimeoutMillis?: number;
  /** How long events wait for others; 1 s unless set. */
  readonly flushIntervalMillis?: number;
  /** Longest wait after failures; 30 s unless set. */
  readonly longestBackoffMillis?: number;
  /** Most unsettled events; 10,000 unless set. */
  readonly queueCapacity?: number;
  /** How many exposures are remembered, to record each once; 100,000 unless set. */
  readonly exposureMemory?: number;
  /**
   * Whether the server is told which snapshots this client evaluates, under a random id, so that it
   * can say who has stopped what was killed; it is unless set.
   */
  readonly receipts?: boolean;
  /** Where requests go; the runtime's own unless set. */
  readonly fetch?: typeof globalThis.fetch;
  /** Time of events in milliseconds since 1970; `Date.now` unless set. */
  readonly now?: () => number;
}

/** Settings with every default, checked. */
export interface Checked extends Required<
  Omit<Settings, "verifierKey" | "bootstrap" | "storage" | "snapshotFiles">
> {
  /** Without a slash at the end. */
  readonly snapshotFiles: string | undefined;
  readonly verifierKey: VerifierKey | undefined;
  readonly bootstrap: string | undefined;
  readonly storage: SdkStorage | undefined;
}

/** A setting that cannot be meant. The message names it, and holds no token. */
export class InvalidSetting extends Error {
  constructor(
    readonly setting: keyof Settings,
    expected: string,
  ) {
    super(`${setting}: expected ${expected}`);
    this.name = "InvalidSetting";
  }
}

/** @throws InvalidSetting for the first that is wrong */
export function checkSettings(given: Settings): Checked {
  const verifierKey = keySetting(given);
  const positive = (name: keyof Settings, fallback: number) => {
    const value = (given[name] as number | undefined) ?? fallback;
    return demand(name, value > 0 && value < 2 ** 31, "a number above 0", value);
  };
  const { segments = [] } = given;
  demand("token", matches(/^[\x21-\x7e]+$/, given.token), "visible ASCII characters", "");
  demand("environment", matches(/^[a-z0-9-]{1,32}$/, given.environment), "[a-z0-9-]{1,32}", "");
  demand("segments", segments.length <= MAX_SEGMENTS, `at most ${MAX_SEGMENTS}`, "");
  for (const name of segments) {
    demand("segments", matches(/^[A-Za-z0-9_.-]+$/, name), "names of letters, digits and _.-", name);
  }
  const { surface = "" } = given;
  demand("surface", matches(/^[^\p{Cc}\p{Cs}]{0,64}$/u, surface), "up to 64 characters without controls", surface);
  demand("bootstrap", given.bootstrap === undefined || verifierKey !== undefined, "a verifierKey", "");
  return {
    baseUrl: baseSetting(given.baseUrl),
    token: given.token,
    environment: given.environment,
    verifierKey,
    bootstrap: given.bootstrap,
    mode: modeSetting(given),
    snapshotFiles: filesSetting(given.snapshotFiles),
    storage: given.storage,
    surface,
    segments: [...segments],
    listener: given.listener ?? {},
    pollIntervalMillis: positive("pollIntervalMillis", 30_000),
    heartbeatTimeoutMillis: positive("heartbeatTimeoutMillis", 45_000),
    staleAfterMillis: positive("staleAfterMillis", 90_000),
    safeAfterMillis: given.safeAfterMillis === undefined ? Infinity : positive("safeAfterMillis", 1),
    requestTimeoutMillis: positive("requestTimeoutMillis", 10_000),
    flushIntervalMillis: positive("flushIntervalMillis", 1_000),
    longestBackoffMillis: positive("longestBackoffMillis", 30_000),
    queueCapacity: positive("queueCapacity", 10_000),
    exposureMemory: Math.max(2, positive("exposureMemory", 100_000)),
    receipts: given.receipts ?? true,
    // Called as a method of anything but the window, a browser's own fetch throws.
    fetch: given.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: given.now ?? Date.now,
  };
}

/** A pattern alone would find "undefined" in what a caller without types left out. */
function matches(pattern: RegExp, text: unknown): boolean {
  return typeof text === "string" && pattern.test(text);
}

function demand<T>(name: keyof Settings, right: boolean, expected: string, value: T): T {
  if (!right) {
    throw new InvalidSetting(name, expected);
  }
  return value;
}

function baseSetting(text: string): string {
  const url = parsed(text);
  const web = url?.protocol === "http:" || url?.protocol === "https:";
  return demand("baseUrl", web, "an http or https URL", String(text).replace(/\/+$/, ""));
}

function modeSetting({ mode, snapshotFiles }: Settings): Mode {
  const files = snapshotFiles !== undefined;
  const found = mode ?? (files ? "files" : "streaming");
  demand("mode", ["streaming", "polling", "files"].includes(found), "streaming, polling or files", "");
  demand("mode", found === "files" || !files, "files, because of snapshotFiles", "");
  return demand("snapshotFiles", files || found !== "files", "a URL, because of the mode files", found);
}

function filesSetting(folder: URL | string | undefined): string | undefined {
  const url = folder === undefined ? undefined : parsed(String(folder));
  const plain = (url?.protocol === "http:" || url?.protocol === "https:") && url.search + url.hash === "";
  demand("snapshotFiles", folder === undefined || plain, "an http or https URL of a folder", "");
  return url?.href.replace(/\/+$/, "");
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function keySetting({ verifierKey, environment }: Settings): VerifierKey | undefined {
  if (verifierKey === undefined) {
    return undefined;
  }
  try {
    return snapshotKey(verifierKey, environment);
  } catch (error) {
    throw new InvalidSetting("verifierKey", error instanceof Error ? error.message : "a key");
  }
}

/**
 * The key of an environment's snapshots.
 *
 * @throws NoteError for another text, or the key of something else
 */
export function snapshotKey(text: string, environment: string): VerifierKey {
  const key = VerifierKey.parse(text);
  if (key.name !== `trialog/${environment}`) {
    throw new NoteError("NOT_SIGNED_BY_KEY", `the key of trialog/${environment}, found another`);
  }
  return key;
}
