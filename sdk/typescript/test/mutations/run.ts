/**
 * Breaks the evaluator, one rule after the other, and demands that a vector notices: a rule that may
 * be broken unseen has no vector. Works on copies of the compiled code.
 */

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Checks from "../conformance/checks.js";
import { folderNames, pointerStories, readFolder, readJson, snapshotTopics } from "../conformance/folders.js";
import { MUTATIONS, type Mutation } from "./rules.js";

const BUILD = fileURLToPath(new URL("../../", import.meta.url));
const MUTANTS = join(BUILD, "mutants");
const CHECKS = "test/conformance/checks.js";

// Answers before refusals: most rules are about answers.
const FOLDERS = snapshotTopics()
  .flatMap((topic) => folderNames(topic).map((name) => readFolder(topic, name)))
  .sort((a, b) => Number(a.name.endsWith("_refused")) - Number(b.name.endsWith("_refused")));
const POINTERS = Object.entries(pointerStories());
const KEYS = readJson("keys", "vectors.json") as Checks.KeyStory[];
const SLOTS = readJson("slots", "vectors.json") as [];
const SHARES = readJson("shares", "vectors.json") as Checks.ShareList[];

/** The checks of a mutant, with the mutant's own copy of all code. */
async function mutant(name: string, mutation: Mutation | undefined): Promise<typeof Checks> {
  const folder = join(MUTANTS, name);
  await cp(join(BUILD, "src"), join(folder, "src"), { recursive: true });
  await mkdir(join(folder, "test", "conformance"), { recursive: true });
  await cp(join(BUILD, CHECKS), join(folder, CHECKS));
  if (mutation !== undefined) {
    const [clause, file, found, instead] = mutation;
    const path = join(folder, "src", file);
    const text = await readFile(path, "utf8");
    if (!text.includes(found)) {
      throw new Error(`the mutation of clause ${clause} does not fit ${file}: ${found}`);
    }
    await writeFile(
      path,
      text.replace(found, () => instead),
    );
  }
  return (await import(pathToFileURL(join(folder, CHECKS)).href)) as typeof Checks;
}

/** What the vectors find wrong first, those of the clause before others; undefined when all pass. */
async function firstFailure(checks: typeof Checks, clause = ""): Promise<string | undefined> {
  const topics = [() => ofFolders(checks), () => ofKeysAndPointers(checks)];
  try {
    for (const topic of /^1[23]\./.test(clause) ? topics.reverse() : topics) {
      const failure = await topic();
      if (failure !== undefined) {
        return failure;
      }
    }
    return checks.checkShares(SHARES).failures[0] ?? checks.checkSlots(SLOTS).failures[0];
  } catch (error) {
    return String(error);
  }
}

async function ofFolders(checks: typeof Checks): Promise<string | undefined> {
  for (const folder of FOLDERS) {
    const [failure] = (await checks.checkFolder(folder)).failures;
    if (failure !== undefined) {
      return failure;
    }
  }
  return undefined;
}

async function ofKeysAndPointers(checks: typeof Checks): Promise<string | undefined> {
  for (const [name, story] of POINTERS) {
    const [failure] = (await checks.checkPointers(name, story)).failures;
    if (failure !== undefined) {
      return failure;
    }
  }
  return (await checks.checkKeys(KEYS)).failures[0];
}

async function main(): Promise<void> {
  await rm(MUTANTS, { recursive: true, force: true });
  let survivors = 0;
  try {
    const unharmed = await firstFailure(await mutant("none", undefined));
    if (unharmed !== undefined) {
      throw new Error(`the vectors fail without a mutation: ${unharmed}`);
    }
    for (const [i, mutation] of MUTATIONS.entries()) {
      if ((await firstFailure(await mutant(String(i), mutation), mutation[0])) === undefined) {
        survivors++;
        console.log(`not ok no vector notices, clause ${mutation[0]}: ${mutation[1]}: ${mutation[2]}`);
      }
    }
  } finally {
    await rm(MUTANTS, { recursive: true, force: true });
  }
  console.log(
    `# mutations: ${MUTATIONS.length} rules broken, ${MUTATIONS.length - survivors} noticed by vectors`,
  );
  process.exitCode = survivors === 0 ? 0 : 1;
}

await main();
