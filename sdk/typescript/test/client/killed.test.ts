/** Clause 6.7 in Node: events outlive a process that is killed. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { hashSubject } from "../../src/index.js";
import { fileStorage } from "../../src/node/index.js";
import { until } from "../support.js";
import { Platform } from "./platform.js";

const MAIN = fileURLToPath(new URL("recording.js", import.meta.url));
const AFTER_THE_LEASE = 31_000;

async function kept(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => /\.events\.[0-9a-f-]{36}$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.reduce((sum, text) => sum + (JSON.parse(text) as { events: unknown[] }).events.length, 0);
}

test("6.7: what was kept before kill -9 is delivered once by the next process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "trialog-killed-"));
  const platform = await new Platform().start();
  platform.publish(7);
  const child = spawn(process.execPath, [MAIN, platform.url, platform.signer.vkey, folder], { stdio: "inherit" });
  try {
    let count = 0;
    const look = setInterval(() => void kept(folder).then((found) => (count = found)), 50);
    await until("kept", () => count === 400, 60_000).finally(() => clearInterval(look));
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    assert.deepEqual(platform.events("exposures"), []);

    const next = platform.client({ storage: fileStorage(folder), now: () => Date.now() + AFTER_THE_LEASE });
    await until("delivered", () => next.counters().eventsAccepted === 400, 30_000);
    const subjects = platform.events("exposures").map(({ subject }) => subject);
    const wanted = Array.from({ length: 400 }, (_, i) => hashSubject("production", "user_id", `s${i}`));
    assert.deepEqual([...subjects].sort(), wanted.sort());
    await next.close();
  } finally {
    child.kill("SIGKILL");
    await platform.end();
    await rm(folder, { recursive: true, force: true });
  }
});
