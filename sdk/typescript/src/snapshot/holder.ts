import type { VerifierKey } from "../note/note.js";
import { utf8 } from "../hash/utf8.js";
import { SnapshotDelta, textBytes } from "./delta.js";
import { openSnapshot, openSnapshotNow, SnapshotRefused, type RefusalReason } from "./reader.js";
import type { Snapshot } from "./snapshot.js";

/**
 * The snapshot that is served, replaced only by newer ones that pass every check (protocol clause
 * 4.3). Whatever is refused is counted, and the one before stays.
 */
export class SnapshotHolder {
  private served: Snapshot | undefined;
  private note: Uint8Array | string = "";
  private readonly counts = new Map<RefusalReason, number>();

  constructor(
    private readonly environment: string,
    private readonly key: VerifierKey,
  ) {}

  /** The snapshot to evaluate on; undefined until one was accepted. */
  get current(): Snapshot | undefined {
    return this.served;
  }

  /** How often offers were refused, by reason; a copy. */
  get refusals(): Readonly<Partial<Record<RefusalReason, number>>> {
    return Object.fromEntries(this.counts);
  }

  /**
   * Offers a signed note; true when it is served from now on, false when its position is served
   * already.
   *
   * @throws SnapshotRefused with the first check that failed
   */
  async offer(note: Uint8Array | string): Promise<boolean> {
    try {
      return this.replace(await openSnapshot(note, this.key, this.environment), note);
    } catch (error) {
      throw this.counted(error);
    }
  }

  /** The same at once. */
  offerNow(note: Uint8Array | string): boolean {
    try {
      return this.replace(openSnapshotNow(note, this.key, this.environment), note);
    } catch (error) {
      throw this.counted(error);
    }
  }

  /**
   * Offers what was kept; true when it is served from now on. That it is older than what is served
   * is ordinary here, and no refusal.
   */
  restore(note: string): boolean {
    try {
      const kept = openSnapshotNow(note, this.key, this.environment);
      return kept.position > (this.served?.position ?? -1) && this.replace(kept, note);
    } catch (error) {
      throw this.counted(error);
    }
  }

  /**
   * The whole note that a delta makes of the one that is served, to be offered next: nothing about
   * it is checked yet.
   *
   * @throws SnapshotRefused TOO_LARGE, NOT_UTF8, BAD_DELTA or UNKNOWN_BASE
   */
  whole(data: Uint8Array): Uint8Array {
    try {
      const delta = SnapshotDelta.parse(data);
      if (delta.from !== this.served?.position) {
        throw new SnapshotRefused(
          "UNKNOWN_BASE",
          `expected a delta from ${this.served?.position}, found one from ${delta.from}`,
        );
      }
      return delta.note(textBytes(typeof this.note === "string" ? utf8(this.note) : this.note));
    } catch (error) {
      throw this.counted(error);
    }
  }

  private replace(offered: Snapshot, note: Uint8Array | string): boolean {
    const position = this.served?.position ?? -1;
    if (offered.position < position) {
      throw new SnapshotRefused(
        "OLDER_POSITION",
        `expected a position of at least ${position}, found ${offered.position}`,
      );
    }
    if (offered.position > position) {
      this.served = offered;
      this.note = note;
    }
    return offered.position > position;
  }

  private counted(error: unknown): unknown {
    if (error instanceof SnapshotRefused) {
      this.counts.set(error.reason, (this.counts.get(error.reason) ?? 0) + 1);
    }
    return error;
  }
}
