import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Case, Folder, Notes, PointerStory, Sequence, Story } from "./checks.js";

/** `sdk/conformance`; the compiled test stands three folders below `sdk/typescript`. */
export const CONFORMANCE = fileURLToPath(new URL("../../../../conformance/", import.meta.url));

/** Topics whose folders hold one snapshot or delta each. */
export function snapshotTopics(): readonly string[] {
  return readdirSync(CONFORMANCE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && folderNames(entry.name).length > 0)
    .map((entry) => entry.name)
    .sort();
}

export function folderNames(topic: string): readonly string[] {
  return readdirSync(join(CONFORMANCE, topic), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .filter(({ name }) =>
      ["snapshot.note", "delta.data"].some((file) => existsSync(join(CONFORMANCE, topic, name, file))),
    )
    .map((entry) => entry.name)
    .sort();
}

export function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(CONFORMANCE, ...path), "utf8"));
}

export function readFolder(topic: string, name: string): Folder {
  const file = (of: string) => join(CONFORMANCE, topic, name, of);
  const optional = (of: string) => (existsSync(file(of)) ? readFileSync(file(of)) : undefined);
  const served = optional("served.note");
  const delta = optional("delta.data");
  return {
    name,
    case: readJson(topic, name, "case.json") as Case,
    note: optional("snapshot.note") ?? new Uint8Array(0),
    ...(served === undefined ? {} : { served }),
    ...(delta === undefined ? {} : { delta }),
  };
}

/** The cases of a topic whose folders hold several notes. */
function noteFolders<T>(topic: string): readonly Notes<T>[] {
  return readdirSync(join(CONFORMANCE, topic), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const files = readdirSync(join(CONFORMANCE, topic, name)).filter((file) => file.endsWith(".note"));
      const notes = files.map((file) => [file, readFileSync(join(CONFORMANCE, topic, name, file))] as const);
      return { name, case: readJson(topic, name, "case.json") as T, notes: Object.fromEntries(notes) };
    });
}

/** What clients meet, by the names of the folders. */
export function pointerStories(): Readonly<Record<string, PointerStory>> {
  const names = readdirSync(join(CONFORMANCE, "pointers"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, readJson("pointers", name, "case.json") as PointerStory] as const);
  return Object.fromEntries(names);
}

export function sequences(): readonly Notes<Sequence>[] {
  return noteFolders("sequences");
}

export function stories(): readonly Notes<Story>[] {
  return noteFolders("exposures");
}
