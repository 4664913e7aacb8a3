import { keyIds, type VerifierKey } from "../note/note.js";
import { KeyRing, StatementRefused } from "../note/ring.js";
import { utf8 } from "../hash/utf8.js";
import { SnapshotDelta } from "./delta.js";
import { SnapshotPointer } from "./pointer.js";
import { deciding, openSnapshot, openSnapshotNow, SnapshotRefused, type RefusalReason } from "./reader.js";
import type { Snapshot } from "./snapshot.js";

/**
 * The snapshot that is served, replaced only by newer ones that pass every check (protocol clause
 * 4.3). Whatever is refused is counted, and the one before stays.
 */
export class SnapshotHolder {
  private served: Snapshot | undefined;
  private readonly counts = new Map<RefusalReason, number>();

  private ring: KeyRing;
  /** The key that decided on what is served. */
  private verifiedBy: VerifierKey;
  /** Ids of the keys whose lines the last note had that was not refused; first the key's own. */
  private signers: ReadonlySet<string>;
  /** The same of the last pointer that was not refused. */
  private pointerSigners: ReadonlySet<string>;
  /** Of the pointers that were not refused the one that was issued last. */
  private latest: SnapshotPointer | undefined;
  /** The last one that was not refused, if it was issued later than all before it. */
  private issuedAnew: SnapshotPointer | undefined;

  constructor(
    private readonly environment: string,
    key: VerifierKey,
  ) {
    this.ring = KeyRing.of(key);
    this.verifiedBy = key;
    this.signers = new Set([key.id]);
    this.pointerSigners = this.signers;
  }

  /** The keys that are trusted now. */
  get keys(): KeyRing {
    return this.ring;
  }

  /**
   * The snapshot to evaluate on, unless the key that decided on it was revoked since. Such a one is
   * still evaluated until another one is there, but nothing is compared with it: whoever had the key
   * may have chosen its position.
   */
  get trusted(): Snapshot | undefined {
    return this.ring.isRevoked(this.verifiedBy) ? undefined : this.served;
  }

  /**
   * Learns from statements about keys, in their order (protocol clause 12); the answer is what was
   * wrong with those that were refused.
   */
  learn(statements: readonly string[]): string[] {
    const refused: string[] = [];
    for (const statement of statements) {
      try {
        this.ring = this.ring.with(statement);
      } catch (error) {
        if (!(error instanceof StatementRefused)) {
          throw error;
        }
        refused.push(`${error.reason}: ${error.message}`);
      }
    }
    return refused;
  }

  /** Whether a note has lines of other keys than the last one that was not refused. */
  hasOtherSigners(note: Uint8Array): boolean {
    return differ(this.idsOf(note), this.signers);
  }

  /** The same, of a pointer and the last pointer that was not refused. */
  hasOtherPointerSigners(note: Uint8Array): boolean {
    return differ(this.idsOf(note), this.pointerSigners);
  }

  private idsOf(note: Uint8Array | string): ReadonlySet<string> {
    const text = typeof note === "string" ? note : new TextDecoder().decode(note);
    return keyIds(text, this.ring.newest.name);
  }

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
      const key = deciding(note, this.ring);
      return this.replace(await openSnapshot(note, key, this.environment), note, key);
    } catch (error) {
      throw this.counted(error);
    }
  }

  /** The same at once. */
  offerNow(note: Uint8Array | string): boolean {
    try {
      const key = deciding(note, this.ring);
      return this.replace(openSnapshotNow(note, key, this.environment), note, key);
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
      const key = deciding(note, this.ring);
      const kept = openSnapshotNow(note, key, this.environment);
      return kept.position > (this.trusted?.position ?? -1) && this.replace(kept, note, key);
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
      return delta.note(utf8(`${this.served.text}\n`));
    } catch (error) {
      throw this.counted(error);
    }
  }

  /**
   * Reads a pointer to a snapshot; a refused one is counted as a snapshot is.
   *
   * @throws SnapshotRefused with the first check that failed; OLDER_POSITION when what it points to
   *   is older than what is served
   */
  async point(note: Uint8Array): Promise<SnapshotPointer> {
    try {
      const pointer = await SnapshotPointer.open(note, this.ring, this.environment);
      this.demandNotOlder(pointer.position);
      this.pointerSigners = this.idsOf(note);
      this.see(pointer);
      return pointer;
    } catch (error) {
      throw this.counted(error);
    }
  }

  /** Whoever had a revoked key may have chosen the times of its pointers: they count no more. */
  private see(pointer: SnapshotPointer): void {
    const before = this.latest && !this.ring.isRevoked(this.latest.by) ? this.latest : undefined;
    const later = before === undefined || pointer.issued > before.issued;
    this.issuedAnew = before !== undefined && later ? pointer : undefined;
    this.latest = later ? pointer : before;
  }

  /**
   * Whether the pointer that was read last says that what is served is the newest (protocol clause
   * 13.7): it names it, and was issued later than all pointers before it. The first one cannot tell;
   * no clock is compared.
   */
  isConfirmedBy(pointer: SnapshotPointer): boolean {
    const named = this.trusted?.position === pointer.position;
    return named && pointer === this.issuedAnew && !this.ring.isRevoked(pointer.by);
  }

  private replace(offered: Snapshot, note: Uint8Array | string, by: VerifierKey): boolean {
    const position = this.demandNotOlder(offered.position);
    this.ring = this.ring.provenBy(by);
    this.signers = this.idsOf(note);
    if (offered.position > position) {
      this.served = offered;
      this.verifiedBy = by;
    }
    return offered.position > position;
  }

  /** The position that is served, -1 for none. */
  private demandNotOlder(offered: number): number {
    const position = this.trusted?.position ?? -1;
    if (offered < position) {
      throw new SnapshotRefused(
        "OLDER_POSITION",
        `expected a position of at least ${position}, found ${offered}`,
      );
    }
    return position;
  }

  private counted(error: unknown): unknown {
    if (error instanceof SnapshotRefused) {
      this.counts.set(error.reason, (this.counts.get(error.reason) ?? 0) + 1);
    }
    return error;
  }
}

function differ(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size !== b.size || [...a].some((id) => !b.has(id));
}
