package io.trialog.sdk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a byte stream into server-sent events (WHATWG HTML, section 9.2): lines end in LF, CR or
 * CRLF, an empty line ends an event, lines that start with a colon are heartbeats. Keeps the
 * unfinished rest; for one thread and one connection.
 */
final class SseParser {
  /** An event; {@code data} joins its data lines by LF. */
  @SuppressWarnings("ArrayRecordComponent") // Read once and never compared.
  record Event(String type, byte[] data) {}

  private final int mostBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private boolean hasData;
  private String type = "";
  private boolean lastWasReturn;

  SseParser(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * The events that these bytes complete.
   *
   * @throws IOException when an event is longer than the limit; the connection is then useless
   */
  List<Event> feed(ByteBuffer bytes) throws IOException {
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      boolean secondOfPair = next == '\n' && lastWasReturn;
      lastWasReturn = next == '\r';
      if (secondOfPair) {
        continue;
      }
      if (next == '\n' || next == '\r') {
        endLine(events);
      } else if (line.size() + data.size() >= mostBytes) {
        throw new IOException("an event has more than " + mostBytes + " bytes");
      } else {
        line.write(next);
      }
    }
    return events;
  }

  private void endLine(List<Event> events) {
    byte[] whole = line.toByteArray();
    line.reset();
    if (whole.length == 0) {
      endEvent(events);
      return;
    }
    int colon = indexOfColon(whole);
    String field = new String(whole, 0, colon, StandardCharsets.UTF_8);
    int from = Math.min(whole.length, colon + 1);
    if (from < whole.length && whole[from] == ' ') {
      from++;
    }
    if (field.equals("data")) {
      append(whole, from);
    } else if (field.equals("event")) {
      type = new String(whole, from, whole.length - from, StandardCharsets.UTF_8);
    }
  }

  private void append(byte[] whole, int from) {
    if (hasData) {
      data.write('\n');
    }
    hasData = true;
    data.write(whole, from, whole.length - from);
  }

  private void endEvent(List<Event> events) {
    if (hasData) {
      events.add(new Event(type.isEmpty() ? "message" : type, data.toByteArray()));
    }
    data.reset();
    hasData = false;
    type = "";
  }

  private static int indexOfColon(byte[] line) {
    for (int i = 0; i < line.length; i++) {
      if (line[i] == ':') {
        return i;
      }
    }
    return line.length;
  }
}
