import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../src/client/kept.js";
import { EventShelf } from "../src/client/shelf.js";
import { StateKeeper } from "../src/client/state.js";
import { memoryStorage, type SdkStorage } from "../src/client/storage.js";
import { EventQueue } from "../src/events/queue.js";
import { uuidV7 } from "../src/events/uuid.js";

const LEASE = 30_000;

class Client {
  time = 1_000_000;
  readonly queue: EventQueue;
  readonly shelf: EventShelf;

  constructor(storage: SdkStorage, capacity = 10_000) {
    this.queue = new EventQueue(capacity);
    const kept = new Kept(storage, "production", new StateKeeper({}, 1));
    this.shelf = new EventShelf(kept, this.queue, () => this.time);
  }

  /** Some events, kept. */
  with(count: number, padding = ""): this {
    for (let i = 0; i < count; i++) {
      this.queue.offer({ kind: "outcome", json: JSON.stringify({ id: uuidV7(this.time), i, padding }) });
    }
    this.shelf.save();
    return this;
  }

  async adopts(afterMillis: number): Promise<number> {
    this.time += afterMillis;
    await this.shelf.adopt();
    this.shelf.close();
    return this.queue.waiting;
  }
}

test("6.7: a shelf is taken over once its lease is over, by one client", async () => {
  const storage = memoryStorage();
  new Client(storage).with(3).shelf.close();
  assert.equal(await new Client(storage).adopts(LEASE - 1), 0);
  const heir = new Client(storage);
  assert.equal(await heir.adopts(LEASE), 3);
  assert.equal((storage.names() as string[]).length, 1);
  assert.equal(await new Client(storage).adopts(LEASE), 0, "the heir's lease is new");
  assert.equal(await new Client(storage).adopts(2 * LEASE), 3, "and ends as well");
});

test("6.7: a closed client takes over nothing", async () => {
  const storage = memoryStorage();
  new Client(storage).with(3).shelf.close();
  const before = [...(storage.names() as string[])];
  const closed = new Client(storage);
  closed.shelf.close();
  assert.equal(await closed.adopts(LEASE), 0);
  assert.deepEqual(storage.names(), before);
});

test("6.6 and 6.7: what is kept is bounded, the oldest first, and so is what is taken over", async () => {
  const storage = memoryStorage();
  new Client(storage).with(1_000, "x".repeat(1_000)).shelf.close();
  const heir = new Client(storage);
  const kept = await heir.adopts(LEASE);
  assert.ok(kept > 400 && kept < 500, String(kept));
  const indices = heir.queue.unsettled().map(({ json }) => (JSON.parse(json) as { i: number }).i);
  assert.deepEqual(
    indices,
    indices.map((_, i) => i),
  );
  assert.equal(await new Client(storage, 10).adopts(2 * LEASE), 10);
});

test("6.7: a shelf is empty when all is settled", () => {
  const storage = memoryStorage();
  const client = new Client(storage).with(2);
  const batch = client.queue.take();
  client.shelf.save();
  assert.equal((storage.names() as string[]).length, 1, "in flight is not settled");
  client.queue.settle(batch!);
  client.shelf.save();
  assert.deepEqual(storage.names(), []);
  client.shelf.close();
});
