import type { Snapshot } from "../snapshot/snapshot.js";

/** What changes reads of a snapshot's JSON. */
interface Tree {
  readonly experiments: readonly Part[];
  readonly flags?: readonly Part[];
  readonly kill_switch?: boolean;
  readonly holdouts?: unknown;
  readonly exclusion_sets?: unknown;
}

interface Part {
  readonly key: string;
}

/**
 * What another snapshot may answer otherwise: keys of flags and experiments that came, went or
 * differ, sorted. When what stands above experiments differs (kill switch, holdouts, exclusion sets),
 * all experiments.
 */
export function changesBetween(before: Snapshot, after: Snapshot): string[] {
  const [was, is] = [before, after].map(({ text }) => JSON.parse(text) as Tree) as [Tree, Tree];
  const frames = [was, is].map(({ kill_switch = false, holdouts = [], exclusion_sets = [] }) =>
    JSON.stringify([kill_switch, holdouts, exclusion_sets]),
  );
  const experiments =
    frames[0] === frames[1]
      ? differing(was.experiments, is.experiments)
      : [...was.experiments, ...is.experiments].map(({ key }) => key);
  return [...new Set([...experiments, ...differing(was.flags ?? [], is.flags ?? [])])].sort();
}

/** Canonical JSON has one text for one part. */
function differing(was: readonly Part[], is: readonly Part[]): string[] {
  const texts = new Map(was.map((part) => [part.key, JSON.stringify(part)]));
  const came = is.filter((part) => texts.get(part.key) !== JSON.stringify(part)).map(({ key }) => key);
  const keys = new Set(is.map(({ key }) => key));
  return [...came, ...was.map(({ key }) => key).filter((key) => !keys.has(key))];
}
