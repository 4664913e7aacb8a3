import { MAX_STATEMENTS_BYTES, readStatements } from "../note/statements.js";
import { MAX_POINTER_BYTES, type SnapshotPointer } from "../snapshot/pointer.js";
import { MAX_BYTES } from "../snapshot/reader.js";
import { Http } from "./http.js";
import type { Checked } from "./settings.js";

/**
 * The files of an environment on a static server or CDN (protocol clauses 12.8 and 13.6 to 13.8). It is sent
 * no token, and no header that would make a browser ask for leave before.
 */
export class SnapshotFiles {
  private readonly http: Http;

  constructor(
    private readonly settings: Checked,
    folder: string,
  ) {
    const { environment, fetch, requestTimeoutMillis } = settings;
    this.http = new Http({ baseUrl: `${folder}/${environment}/`, fetch, requestTimeoutMillis });
  }

  /** The bytes of the pointer, past all caches that listen. */
  async pointer(): Promise<Uint8Array> {
    return this.file("latest", MAX_POINTER_BYTES + 1, "no-store");
  }

  /** The note that a pointer names, by its hash. */
  async note(pointer: SnapshotPointer): Promise<Uint8Array> {
    // It never changes, so a page may have it from the browser's cache; unless that is spoilt.
    for (const cache of ["default", "reload"] as const) {
      const note = await this.file(pointer.file, MAX_BYTES, cache);
      if (await pointer.names(note)) {
        return note;
      }
    }
    throw new Error(`the file ${pointer.file} has not the hash that it should have`);
  }

  /** The statements about keys, in order; none where there is no such file. */
  async statements(): Promise<string[]> {
    const { status, body } = await this.http.get("keys", MAX_STATEMENTS_BYTES);
    if (status === 404) {
      return [];
    }
    this.demand("keys", status);
    return readStatements(body);
  }

  /** Ends all that is under way. */
  close(): void {
    this.http.close();
  }

  private async file(name: string, mostBytes: number, cache: RequestCache): Promise<Uint8Array<ArrayBuffer>> {
    const { status, body } = await this.http.get(name, mostBytes, {}, cache);
    this.demand(name, status);
    return body;
  }

  private demand(name: string, status: number): void {
    if (status !== 200) {
      throw new Error(`expected the file ${this.settings.environment}/${name}, found status ${status}`);
    }
  }
}
