/**
 * Where a client keeps the last good snapshot, the key that it trusted first, and events that are
 * not delivered yet. Texts by name. What is read is checked like what comes from the network; what a
 * storage throws is reported and ends nothing.
 */
export interface SdkStorage {
  read(name: string): string | undefined | Promise<string | undefined>;
  write(name: string, text: string): void | Promise<void>;
  remove(name: string): void | Promise<void>;
  /** The names of all that is kept. */
  names(): readonly string[] | Promise<readonly string[]>;
}

/** Keeps texts as long as the process lives; for tests, and for clients that share it. */
export function memoryStorage(): SdkStorage {
  const texts = new Map<string, string>();
  return {
    read: (name) => texts.get(name),
    write: (name, text) => void texts.set(name, text),
    remove: (name) => void texts.delete(name),
    names: () => [...texts.keys()],
  };
}

/**
 * Keeps texts in the browser's `localStorage`, under names that start with the prefix. Undefined
 * where there is none: a private window, a sandboxed frame, Node.
 */
export function browserStorage(prefix = "trialog:"): SdkStorage | undefined {
  try {
    const kept = globalThis.localStorage as Storage | undefined;
    // A page may be refused the object, or only its use.
    kept?.getItem(prefix);
    return kept === undefined ? undefined : over(kept, prefix);
  } catch {
    return undefined;
  }
}

function over(kept: Storage, prefix: string): SdkStorage {
  return {
    read: (name) => kept.getItem(prefix + name) ?? undefined,
    write: (name, text) => kept.setItem(prefix + name, text),
    remove: (name) => kept.removeItem(prefix + name),
    names: () =>
      Array.from({ length: kept.length }, (_, i) => kept.key(i) ?? "")
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
  };
}
