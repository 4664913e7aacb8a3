package io.trialog.audit.proof;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lines of events.ndjson, ended by a line feed alone. Memory stays at one line: of a line that
 * is too long to be a leaf only the first {@code Leaf.MAX_BYTES + 1} bytes are returned, which is
 * enough for it to be refused.
 */
final class EventLines implements Closeable {

  private static final int LIMIT = Leaf.MAX_BYTES + 1;

  private final InputStream in;
  private final byte[] line = new byte[LIMIT];
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int end;
  private boolean terminated = true;

  EventLines(InputStream in) {
    this.in = in;
  }

  Optional<byte[]> next() throws IOException {
    int length = 0;
    boolean any = false;
    while (at < end || fill()) {
      any = true;
      int stop = at;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      int taken = Math.min(stop - at, LIMIT - length);
      System.arraycopy(buffer, at, line, length, taken);
      length += taken;
      boolean complete = stop < end;
      at = complete ? stop + 1 : stop;
      if (complete) {
        return Optional.of(Arrays.copyOf(line, length));
      }
    }
    if (!any) {
      return Optional.empty();
    }
    terminated = false;
    return Optional.of(Arrays.copyOf(line, length));
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }

  /** Whether every line read so far ended in a line feed. */
  boolean terminated() {
    return terminated;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
