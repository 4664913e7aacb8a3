import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../src/hash/utf8.js";
import { SseParser } from "../src/client/sse.js";
import { randomOf } from "./support.js";

function fed(pieces: readonly Uint8Array[], most = 10_000): readonly [string, string][] {
  const parser = new SseParser(most);
  return pieces.flatMap((piece) =>
    parser.feed(piece).map(({ type, data }) => [type, new TextDecoder().decode(data)] as [string, string]),
  );
}

const TEXT =
  ': hello\n\nevent: snapshot\nid: 7\ndata: {"å":1}\ndata:\ndata:— x\n\n:alive\n\ndata\n\nevent:a\n\ndata: 1\r\ndata:  2\r\n\r\ndata: 3\r\rretry: 5\ndata: 4\n\ndata: unfinished\n';
const EVENTS = [
  ["snapshot", '{"å":1}\n\n— x'],
  ["message", ""],
  ["message", "1\n 2"],
  ["message", "3"],
  ["message", "4"],
];

test("7.3: events are those of the WHATWG, with all three line ends", () => {
  assert.deepEqual(fed([utf8(TEXT)]), EVENTS);
});

test("7.3: wherever the bytes are cut, the events are the same", () => {
  const bytes = utf8(TEXT);
  assert.deepEqual(fed(Array.from(bytes, (byte) => Uint8Array.of(byte))), EVENTS);
  const random = randomOf(7);
  for (let round = 0; round < 300; round++) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + random(30);
      pieces.push(bytes.slice(at, at + length));
      at += length;
    }
    assert.deepEqual(fed(pieces), EVENTS, `seed 7, round ${round}`);
  }
});

test("7.3: an event that is too long ends the connection, and heartbeats never add up to one", () => {
  const parser = new SseParser(100);
  for (let i = 0; i < 100; i++) {
    parser.feed(utf8(": alive, alive\n\n"));
    parser.feed(utf8(": alive, alive\n"));
  }
  assert.equal(parser.feed(utf8("\ndata: x\n\n")).length, 1);
  assert.throws(() => parser.feed(utf8("x".repeat(101))), /more than 100 bytes/);
  const lines = new SseParser(100);
  assert.throws(() => lines.feed(utf8("data: 12345\n".repeat(30))), /more than 100 bytes/);
});

test("7.3: bytes stay bytes, also those that are no UTF-8", () => {
  const [event] = new SseParser(100).feed(new Uint8Array([...utf8("data: "), 0xff, 0xfe, 10, 10]));
  assert.deepEqual([...event!.data], [0xff, 0xfe]);
});
