/** What only Node has: a folder on disk. */

import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SdkStorage } from "../client/storage.js";

const TEMPORARY = ".tmp";

/**
 * Keeps texts as files of a folder, which is made if it is missing. A file is written beside its
 * place and then moved there, so that a crash leaves the old text or the new one.
 */
export function fileStorage(folder: string): SdkStorage {
  return {
    read: (name) => unlessMissing(readFile(join(folder, name), "utf8"), undefined),
    async write(name, text) {
      await mkdir(folder, { recursive: true });
      const beside = join(folder, `${name}.${randomUUID()}${TEMPORARY}`);
      try {
        await writeFile(beside, text, { mode: 0o600 });
        await rename(beside, join(folder, name));
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
    async names() {
      const names = await unlessMissing(readdir(folder), []);
      return names.filter((name) => !name.endsWith(TEMPORARY));
    },
  };
}

async function unlessMissing<T, M>(read: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await read;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return missing;
    }
    throw error;
  }
}
