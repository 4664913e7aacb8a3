/** Versions of Semantic Versioning 2.0.0, as texts (protocol clause 9.6). */

const NUMBER = "(?:0|[1-9][0-9]*)";
const IDENTIFIER = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const BUILD = "[0-9a-zA-Z-]+";
const VERSION = new RegExp(
  `^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})` +
    `(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+${BUILD}(?:\\.${BUILD})*)?$`,
);

/** A version in parts; the build does not count. */
export interface Version {
  readonly core: readonly string[];
  readonly prerelease: readonly string[];
}

/** The parts of a version; undefined for a text that is none. */
export function version(text: string): Version | undefined {
  const found = VERSION.exec(text);
  return found === null
    ? undefined
    : { core: found.slice(1, 4) as string[], prerelease: found[4]?.split(".") ?? [] };
}

/** Precedence (semver.org, item 11): negative, zero or positive. */
export function compareVersions(a: Version, b: Version): number {
  const core = compareLists(a.core, b.core);
  if (core !== 0) {
    return core;
  }
  // A pre-release comes before its release.
  const releases = Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  return releases !== 0 ? releases : compareLists(a.prerelease, b.prerelease);
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const order = compareIdentifiers(a[i]!, b[i]!);
    if (order !== 0) {
      return order;
    }
  }
  return a.length - b.length;
}

/** Numbers as numbers and below any other identifier; the others by their ASCII. */
function compareIdentifiers(a: string, b: string): number {
  const numberA = /^[0-9]+$/.test(a);
  const numberB = /^[0-9]+$/.test(b);
  if (numberA !== numberB) {
    return numberA ? -1 : 1;
  }
  // No number has a leading zero: the longer one is the greater, and no size is too big.
  if (numberA && a.length !== b.length) {
    return a.length - b.length;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
