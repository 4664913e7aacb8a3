package io.trialog.query.delivery;

import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.delta.TextDelta;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot in the forms in which it goes out, each made when it is first asked for. The arrays
 * are shared and must not be changed. Any thread.
 */
public final class Rendering {
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

  private final long position;
  private final byte[] note;
  private final Map<Long, byte[]> deltas = new ConcurrentHashMap<>();
  private byte @Nullable [] gzip;
  private byte @Nullable [] whole;

  Rendering(PublishedSnapshot snapshot) {
    this.position = snapshot.position();
    this.note = snapshot.note().getBytes(StandardCharsets.UTF_8);
  }

  /** Its version. */
  public long position() {
    return position;
  }

  /** The signed note. */
  public byte[] note() {
    return note;
  }

  /** The signed note, compressed. */
  public synchronized byte[] gzip() {
    byte[] made = gzip;
    if (made == null) {
      made = compressed(note);
      gzip = made;
    }
    return made;
  }

  private static byte[] compressed(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 8 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return out.toByteArray();
  }

  /** The event of a stream that has all of it. */
  synchronized byte[] whole() {
    byte[] made = whole;
    if (made == null) {
      made = event("snapshot", note);
      whole = made;
    }
    return made;
  }

  /** The event that makes it of an older one; the whole one where a delta is not shorter. */
  byte[] from(Rendering base) {
    return deltas.computeIfAbsent(
        base.position,
        from ->
            TextDelta.between(from, base.note, note)
                .map(data -> event("delta", data))
                .orElseGet(this::whole));
  }

  /** One {@code data:} line for each line. */
  private byte[] event(String type, byte[] data) {
    ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 256);
    event.writeBytes(
        ("event: " + type + "\nid: " + position + "\n").getBytes(StandardCharsets.US_ASCII));
    int from = 0;
    while (from < data.length) {
      int to = from;
      while (to < data.length && data[to] != '\n') {
        to++;
      }
      event.writeBytes(DATA);
      event.write(data, from, to - from);
      event.write('\n');
      from = to + 1;
    }
    event.write('\n');
    return event.toByteArray();
  }

  /** Forgets all forms but the note, which is the base of deltas; they can be made again. */
  void slim() {
    synchronized (this) {
      gzip = null;
      whole = null;
    }
    // Not within: whoever makes a delta holds a lock of the map and may want this one.
    deltas.clear();
  }
}
