/**
 * Runs the vectors and the built package in headless Chromium, over HTTP from this process: once as
 * a secure page, where Web Crypto is, and the vectors once more as one that is not, where the own
 * verifier must do. `CHROMIUM` names the browser.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Notes } from "../conformance/checks.js";
import {
  folderNames,
  pointerStories,
  readFolder,
  readJson,
  sequences,
  snapshotTopics,
  stories,
} from "../conformance/folders.js";
import { Platform, TOKEN } from "../client/platform.js";
import { StaticFiles } from "../client/static.js";
import type { Encoded, Report, Vectors } from "./page.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const DEADLINE_MILLIS = 120_000;
const PAGE =
  '<!doctype html><title>Trialog</title><script type="module" src="/build/test/browser/page.js"></script>';

function vectors(): Vectors {
  const folders = snapshotTopics().flatMap((topic) =>
    folderNames(topic).map((name) => {
      const { case: wanted, note, served, delta } = readFolder(topic, name);
      const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
      return {
        topic,
        name,
        case: wanted,
        note: base64(note),
        ...(served === undefined ? {} : { served: base64(served) }),
        ...(delta === undefined ? {} : { delta: base64(delta) }),
      };
    }),
  );
  return {
    slots: readJson("slots", "vectors.json"),
    shares: readJson("shares", "vectors.json"),
    ramps: readJson("ramps", "vectors.json"),
    folders,
    sequences: sequences().map(encoded),
    stories: stories().map(encoded),
    keys: readJson("keys", "vectors.json"),
    pointers: pointerStories(),
  } as Vectors;
}

function encoded<T>({ name, case: wanted, notes }: Notes<T>): Encoded<T> {
  const entries = Object.entries(notes).map(([file, note]) => [file, Buffer.from(note).toString("base64")] as const);
  return { name, case: wanted, notes: Object.fromEntries(entries) };
}

class BrowserRun {
  readonly reports: Report[] = [];
  readonly files = new StaticFiles();
  private readonly platform = new Platform();
  private readonly all = JSON.stringify(vectors());
  private wake = () => {};

  async start(): Promise<void> {
    this.platform.intercept = (request, response) => this.serve(request, response);
    this.platform.publish(7);
    await this.platform.start();
    await this.files.start();
    this.publishFile(20);
  }

  private publishFile(position: number, members = {}): void {
    this.files.publish(position, this.platform.snapshotAt(position, members), this.platform.signer);
  }

  /** Pages one after the other in a browser of their own, until each has reported. */
  async pages(host: string, steps: readonly string[]): Promise<void> {
    const profile = await mkdtemp(join(tmpdir(), "trialog-chromium-"));
    const wanted = this.reports.length + steps.length;
    const url = `${this.platform.url.replace("127.0.0.1", host)}/page.html?steps=${steps.join()}`;
    const browser = spawn(process.env["CHROMIUM"] ?? "chromium", flags(profile, url), { stdio: "ignore" });
    try {
      await this.reported(wanted, browser);
      // The event of a page that is gone has no page to report it.
      await this.until(() => !steps.includes("client") || this.platform.events("exposures").length > 0);
    } finally {
      await killed(browser);
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  private async reported(wanted: number, browser: ChildProcess): Promise<void> {
    const gone = new Promise<never>((_, reject) => {
      browser.once("error", reject);
      browser.once("exit", (code) => reject(new Error(`the browser ended with ${code}`)));
    });
    gone.catch(() => undefined);
    await Promise.race([gone, this.until(() => this.reports.length >= wanted)]);
  }

  private async until(holds: () => boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MILLIS;
    while (!holds()) {
      if (Date.now() > deadline) {
        throw new Error(`no report within ${DEADLINE_MILLIS} ms`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  get exposures(): number {
    return this.platform.events("exposures").length;
  }

  async end(): Promise<void> {
    await this.platform.end();
    await this.files.end();
  }

  private serve(request: IncomingMessage, response: ServerResponse): boolean {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (path.startsWith("/api/")) {
      return false;
    }
    if (request.method === "POST") {
      void this.control(path, request, response);
    } else if (path === "/page.html") {
      response.setHeader("Content-Type", "text/html").end(PAGE);
    } else if (path === "/vectors.json") {
      response.end(this.all);
    } else if (path.endsWith("settings.json")) {
      const verifierKey = this.platform.signer.vkey;
      const settings = { token: TOKEN, environment: "production", verifierKey, flushIntervalMillis: 60_000 };
      const files = { snapshotFiles: this.files.url("static.trialog.test"), pollIntervalMillis: 50 };
      response.end(JSON.stringify(path.includes("files") ? { ...settings, ...files } : settings));
    } else {
      void this.file(path, response);
    }
    return true;
  }

  private async control(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const piece of request) {
      body += String(piece);
    }
    if (path === "/control/kill") {
      this.platform.publish(8, { status: "killed" });
    } else if (path === "/control/files-issue") {
      this.files.point(20, this.platform.snapshotAt(20), this.platform.signer);
    } else if (path === "/control/files-kill") {
      this.publishFile(21, { status: "killed" });
    } else {
      this.reports.push(JSON.parse(body) as Report);
    }
    response.end();
    this.wake();
  }

  private async file(path: string, response: ServerResponse): Promise<void> {
    const safe = /^\/(build|dist)\/[a-z0-9/-]+\.js$/.test(path) && normalize(path) === path;
    const text = safe ? await readFile(join(ROOT, path)).catch(() => undefined) : undefined;
    response.setHeader("Content-Type", "text/javascript");
    response.writeHead(text === undefined ? 404 : 200).end(text);
  }
}

function flags(profile: string, url: string): readonly string[] {
  return [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.trialog.test 127.0.0.1,MAP trialog.test 127.0.0.1",
    `--user-data-dir=${profile}`,
    url,
  ];
}

async function killed(browser: ChildProcess): Promise<void> {
  if (browser.exitCode === null && browser.pid !== undefined) {
    const ended = new Promise((resolve) => browser.once("exit", resolve));
    browser.kill("SIGKILL");
    await ended;
  }
}

async function main(): Promise<void> {
  const run = new BrowserRun();
  await run.start();
  try {
    await run.pages("127.0.0.1", ["vectors", "client", "next"]);
    await run.pages("trialog.test", ["vectors", "files"]);
  } finally {
    await run.end();
  }
  for (const { step, secure, cases, failures } of run.reports) {
    console.log(
      `# chromium, ${secure ? "secure" : "not secure"}, ${step}: ${cases} cases, ${failures.length} failed`,
    );
    failures.forEach((failure) => console.log(`not ok ${failure}`));
  }
  // A browser asks for leave (OPTIONS) before it sends a stranger a token.
  const told = run.files.asked.filter(({ method, headers }) => method !== "GET" || "authorization" in headers);
  const secure = run.reports.map((report) => report.secure).join();
  const good =
    run.reports.every(({ cases, failures }) => cases > 0 && failures.length === 0) &&
    secure === "true,true,true,false,false" &&
    run.exposures === 1 &&
    run.files.count("latest") > 2 &&
    told.length === 0;
  console.log(`# chromium: exposures of a page that was left: ${run.exposures}, expected 1`);
  console.log(`# chromium: requests to the static server: ${run.files.asked.length}, ${told.length} with a token`);
  console.log(good ? "# chromium: all passed" : "# chromium: FAILED");
  process.exitCode = good ? 0 : 1;
}

await main();
