/** The conformance vectors in Node: clauses 1 to 6.3, 9, 10, 12, 13.6 and 13.7. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import {
  checkFolder,
  checkKeys,
  checkPointers,
  checkRamps,
  checkSequence,
  checkShares,
  checkSlots,
  checkStory,
  type KeyStory,
  type Ramp,
  type ShareList,
} from "./checks.js";
import {
  CONFORMANCE,
  folderNames,
  pointerStories,
  readFolder,
  readJson,
  sequences,
  snapshotTopics,
  stories,
} from "./folders.js";

test("1.1 to 1.3: every slot is the reference's", () => {
  const { cases, failures } = checkSlots(readJson("slots", "vectors.json") as []);
  assert.deepEqual(failures, []);
  assert.ok(cases >= 10_000, `${cases} rows`);
});

test("2.1: every table of shares is the reference's", () => {
  const { cases, failures } = checkShares(readJson("shares", "vectors.json") as ShareList[]);
  assert.deepEqual(failures, []);
  assert.ok(cases >= 60, `${cases} lists`);
});

test("12: every step of every chain of keys has the answer of the vectors", async () => {
  const { cases, failures } = await checkKeys(readJson("keys", "vectors.json") as KeyStory[]);
  assert.deepEqual(failures, []);
  assert.ok(cases > 80, `${cases} stories`);
});

test("2.2 and 2.3: every traffic enrols what the reference enrols", () => {
  const lists = readJson("shares", "vectors.json") as ShareList[];
  const { cases, failures } = checkRamps(lists, readJson("ramps", "vectors.json") as Ramp[]);
  assert.deepEqual(failures, []);
  assert.ok(cases >= 1_000, `${cases} rows`);
});

test("no folder of vectors is left out", () => {
  const topics = readdirSync(CONFORMANCE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  assert.deepEqual(topics, [...snapshotTopics(), "exposures", "keys", "pointers", "ramps", "sequences", "shares", "slots", "wire"].sort());
});

for (const topic of snapshotTopics()) {
  describe(`3 to 6.1, 9 and 10: ${topic}`, () => {
    for (const name of folderNames(topic)) {
      test(name, async () => {
        const { failures } = await checkFolder(readFolder(topic, name));
        assert.deepEqual(failures, []);
      });
    }
  });
}

describe("4.2, 4.3, 8.2 and 8.3: sequences of notes", () => {
  for (const sequence of sequences()) {
    test(sequence.name, async () => {
      assert.deepEqual((await checkSequence(sequence)).failures, []);
    });
  }
});

describe("12.8, 13.6 and 13.7: pointers to files", () => {
  for (const [name, story] of Object.entries(pointerStories())) {
    test(name, async () => {
      assert.deepEqual((await checkPointers(name, story)).failures, []);
    });
  }
});

test("4.3 and 13.7: the vectors give every answer that a pointer can get", () => {
  const steps = Object.values(pointerStories()).flatMap((story) => story.steps);
  const pointers = steps.filter(({ statement, note }) => statement === undefined && note === undefined);
  const seen = new Set(pointers.map(({ answer, confirms }) => (confirms ? "confirms" : answer)));
  const wanted =
    "accepted confirms TOO_LARGE NOT_UTF8 NOT_A_NOTE NOT_SIGNED_BY_KEY KEY_REVOKED KEY_RETIRED BAD_SIGNATURE " +
    "INVALID OTHER_ENVIRONMENT OLDER_POSITION";
  assert.deepEqual([...seen].sort(), wanted.split(" ").sort());
  assert.ok(pointers.length > 500, `${pointers.length} pointers`);
});

describe("6.2, 6.3, 9.12 and 9.14: exposures", () => {
  for (const story of stories()) {
    test(story.name, async () => {
      assert.deepEqual((await checkStory(story)).failures, []);
    });
  }
});

test("there are sequences and exposures to check", () => {
  assert.ok(sequences().flatMap((one) => one.case.offers).length > 600);
  assert.ok(stories().flatMap((one) => one.case.steps).length > 1_000);
});

test("5.1, 9.8 and 9.13: the vectors give every reason that a snapshot can give", () => {
  const seen = new Set<string>();
  for (const topic of snapshotTopics()) {
    for (const name of folderNames(topic)) {
      for (const { flag, answer } of readFolder(topic, name).case.questions ?? []) {
        seen.add(`${flag === undefined ? "experiment" : "flag"} ${answer["reason"]}`);
      }
    }
  }
  const experiments =
    "UNKNOWN_EXPERIMENT UNIT_MISSING OVERRIDE GLOBAL_KILL KILLED NOT_RUNNING PREREQUISITE_FAILED " +
    "NOT_TARGETED CONCLUDED HELD_OUT EXCLUDED ASSIGNED NOT_ENROLLED";
  const flags = "UNKNOWN_FLAG KILLED DISABLED PREREQUISITE_FAILED UNIT_MISSING RULE_MATCH DEFAULT";
  assert.deepEqual(
    [...seen].sort(),
    [
      ...experiments.split(" ").map((reason) => `experiment ${reason}`),
      ...flags.split(" ").map((reason) => `flag ${reason}`),
    ].sort(),
  );
});
