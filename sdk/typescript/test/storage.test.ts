import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { browserStorage, memoryStorage, type SdkStorage } from "../src/client/storage.js";
import { fileStorage } from "../src/node/index.js";

/** What every storage does; the rules that it breaks, in words. */
async function broken(storage: SdkStorage): Promise<readonly string[]> {
  const failures: string[] = [];
  const check = (rule: string, holds: boolean) => void (holds || failures.push(rule));
  const text = '{"å":"😀"}\n\n— x\n';
  await storage.write("production.snapshot", text);
  check("what was written is read", (await storage.read("production.snapshot")) === text);
  await storage.write("production.snapshot", "2");
  check("the last text stays", (await storage.read("production.snapshot")) === "2");
  await storage.write("production.events.1", "3");
  const names = [...(await storage.names())].sort().join();
  check("names are those of the texts", names === "production.events.1,production.snapshot");
  await storage.remove("production.events.1");
  await storage.remove("production.never");
  check("what was removed is gone", (await storage.names()).join() === "production.snapshot");
  await storage.write("production.empty", "");
  check("an empty text is one", (await storage.read("production.empty")) === "");
  return failures;
}

/** The part of the Web Storage API that is used. */
function webStorage(): Storage {
  const texts = new Map<string, string>([["foreign", "x"]]);
  return {
    get length() {
      return texts.size;
    },
    key: (i: number) => [...texts.keys()][i] ?? null,
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
    removeItem: (key: string) => void texts.delete(key),
    clear: () => texts.clear(),
  };
}

async function withLocal(storage: unknown, work: () => Promise<void> | void): Promise<void> {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => (typeof storage === "function" ? storage() : storage),
  });
  try {
    await work();
  } finally {
    delete (globalThis as { localStorage?: unknown }).localStorage;
  }
}

test("7.6: memory, browser and file storages do the same", async () => {
  assert.deepEqual(await broken(memoryStorage()), []);
  await withLocal(webStorage(), async () => assert.deepEqual(await broken(browserStorage()!), []));
  const folder = await mkdtemp(join(tmpdir(), "trialog-"));
  try {
    assert.deepEqual(await broken(fileStorage(join(folder, "deep", "er"))), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("7.6: the suite is red throughout for a storage that does nothing", async () => {
  const nothing: SdkStorage = {
    read: () => undefined,
    write: () => undefined,
    remove: () => undefined,
    names: () => [],
  };
  assert.equal((await broken(nothing)).length, 5);
});

test("7.6: where there is no local storage, or none is allowed, there is no browser storage", async () => {
  assert.equal(browserStorage(), undefined);
  await withLocal(
    () => {
      throw new DOMException("denied", "SecurityError");
    },
    () => assert.equal(browserStorage(), undefined),
  );
});

test("7.6: files are the owner's, whole, and leftovers of a crash are not texts", async () => {
  const folder = await mkdtemp(join(tmpdir(), "trialog-"));
  try {
    const storage = fileStorage(folder);
    assert.deepEqual(await fileStorage(join(folder, "none")).names(), []);
    await writeFile(join(folder, "production.snapshot.1.tmp"), "half");
    await storage.write("production.snapshot", "x".repeat(100_000));
    assert.deepEqual(await storage.names(), ["production.snapshot"]);
    assert.equal((await stat(join(folder, "production.snapshot"))).mode & 0o777, 0o600);
    assert.equal((await readdir(folder)).length, 2);
    await assert.rejects(async () => fileStorage(join(folder, "production.snapshot")).write("a", "b"));
  } finally {
    await rm(folder, { recursive: true });
  }
});
