/** An event; `data` joins its data lines by line feeds. */
export interface ServerEvent {
  readonly type: string;
  readonly data: Uint8Array;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const ascii = new TextDecoder();

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2): lines end in LF, CR or
 * CRLF, an empty line ends an event, lines that start with a colon are heartbeats. Bytes stay bytes,
 * because the reader of snapshots must see what was sent. Keeps the unfinished rest; for one
 * connection.
 */
export class SseParser {
  private line: Uint8Array[] = [];
  private data: Uint8Array[] = [];
  private size = 0;
  private type = "";
  private lastWasReturn = false;

  constructor(private readonly mostBytes: number) {}

  /**
   * The events that these bytes complete.
   *
   * @throws Error when an event is longer than the limit; the connection is then useless
   */
  feed(bytes: Uint8Array): readonly ServerEvent[] {
    const events: ServerEvent[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== LF && byte !== CR) {
        this.lastWasReturn = false;
        continue;
      }
      const secondOfPair = byte === LF && this.lastWasReturn;
      this.lastWasReturn = byte === CR;
      if (!secondOfPair) {
        this.keep(bytes.subarray(from, at));
        this.endLine(events);
      }
      from = at + 1;
    }
    this.keep(bytes.slice(from));
    return events;
  }

  private keep(piece: Uint8Array): void {
    this.size += piece.length;
    if (this.size > this.mostBytes) {
      throw new Error(`an event has more than ${this.mostBytes} bytes`);
    }
    if (piece.length > 0) {
      this.line.push(piece);
    }
  }

  private endLine(events: ServerEvent[]): void {
    const line = joined(this.line);
    this.line = [];
    if (line.length === 0) {
      this.endEvent(events);
      return;
    }
    const colon = line.indexOf(COLON);
    const end = colon < 0 ? line.length : colon;
    const from = Math.min(line.length, end + 1) + (line[end + 1] === SPACE ? 1 : 0);
    const field = ascii.decode(line.subarray(0, Math.min(end, 8)));
    if (field === "data") {
      this.data.push(...(this.data.length > 0 ? [Uint8Array.of(LF)] : []), line.slice(from));
    } else {
      this.size -= line.length;
      this.type = field === "event" ? ascii.decode(line.subarray(from, from + 64)) : this.type;
    }
  }

  private endEvent(events: ServerEvent[]): void {
    if (this.data.length > 0) {
      events.push({ type: this.type === "" ? "message" : this.type, data: joined(this.data) });
    }
    this.data = [];
    this.size = 0;
    this.type = "";
  }
}

/** The pieces as one; a single piece is not copied. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) {
    return pieces[0]!;
  }
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
