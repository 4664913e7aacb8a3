import { wordsOf } from "./http.js";
import type { StateKeeper } from "./state.js";
import type { SdkStorage } from "./storage.js";

/** A client's part of a storage: names of its environment, failures reported, writes in order. */
export class Kept {
  private writes: Promise<void> | undefined;
  /** Times the storage failed. */
  failures = 0;
  /** Whether there is a storage, and it took what was last given to it. */
  keeping: boolean;

  constructor(
    private readonly storage: SdkStorage | undefined,
    private readonly environment: string,
    private readonly state: StateKeeper,
  ) {
    this.keeping = storage !== undefined;
  }

  /** The text of a name, at once if the storage answers at once. */
  read(name: string): string | undefined | Promise<string | undefined> {
    try {
      const found = this.storage?.read(this.full(name));
      return found instanceof Promise ? found.catch((error) => this.failed(error)) : found;
    } catch (error) {
      return this.failed(error);
    }
  }

  /** Names that start with a prefix, without the environment. */
  async names(prefix: string): Promise<readonly string[]> {
    const full = this.full(prefix);
    try {
      const names = (await this.storage?.names()) ?? [];
      return names.filter((name) => name.startsWith(full)).map((name) => name.slice(this.full("").length));
    } catch (error) {
      this.failed(error);
      return [];
    }
  }

  write(name: string, text: string): void {
    this.change((storage) => storage.write(this.full(name), text));
  }

  remove(name: string): void {
    this.change((storage) => storage.remove(this.full(name)));
  }

  /** Ends when all writes so far have ended. */
  async settled(): Promise<void> {
    await this.writes;
  }

  /** At once as long as the storage is, because a page that is hidden may get no later turn. */
  private change(work: (storage: SdkStorage) => void | Promise<void>): void {
    const storage = this.storage;
    if (storage === undefined) {
      return;
    }
    if (this.writes !== undefined) {
      this.following(this.writes.then(() => work(storage)));
      return;
    }
    try {
      const done = work(storage);
      if (done instanceof Promise) {
        this.following(done);
      } else {
        this.keeping = true;
      }
    } catch (error) {
      this.lost(error);
    }
  }

  private following(done: Promise<void>): void {
    const kept = () => void (this.keeping = true);
    this.writes = done.then(kept).catch((error) => this.lost(error));
  }

  private lost(error: unknown): void {
    this.keeping = false;
    this.failed(error);
  }

  private full(name: string): string {
    return `${this.environment}.${name}`;
  }

  private failed(error: unknown): undefined {
    this.failures++;
    this.state.problem(`the storage failed: ${wordsOf(error)}`);
    return undefined;
  }
}
