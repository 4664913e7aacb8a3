package io.trialog.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plain streams of server-sent events, each read by a virtual thread: no SDK, nothing verified. */
final class Streams implements AutoCloseable {
  private static final int MOST_SECONDS = 60;

  /** A position that is waited for, and when each stream had it; guarded by the streams. */
  private static final class Awaited {
    private final long position;
    private final long[] nanos;
    private final boolean[] arrived;
    private final CountDownLatch left;

    Awaited(long position, int streams) {
      this.position = position;
      this.nanos = new long[streams];
      this.arrived = new boolean[streams];
      this.left = new CountDownLatch(streams);
    }

    void reached(int stream, long reached, long now) {
      if (reached >= position && !arrived[stream]) {
        arrived[stream] = true;
        nanos[stream] = now;
        left.countDown();
      }
    }

    long[] await() throws IOException, InterruptedException {
      if (!left.await(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(left.getCount() + " streams did not reach " + position);
      }
      return nanos;
    }
  }

  private final List<Socket> sockets = new ArrayList<>();
  private final long[] positions;
  private final long[] times;
  private volatile @Nullable Awaited awaited;

  private Streams(int count) {
    positions = new long[count];
    times = new long[count];
  }

  /** Opens so many, and waits until each has its first snapshot. */
  static Streams open(URI address, String token, int count)
      throws IOException, InterruptedException {
    Streams streams = new Streams(count);
    Awaited first = new Awaited(1, count);
    streams.awaited = first;
    for (int i = 0; i < count; i++) {
      int number = i;
      Socket socket = new Socket(address.getHost(), address.getPort());
      socket.setTcpNoDelay(true);
      streams.sockets.add(socket);
      socket
          .getOutputStream()
          .write(
              """
              GET /api/v1/snapshots/production/stream HTTP/1.1\r
              Host: localhost\r
              Accept: text/event-stream\r
              Authorization: Bearer %s\r
              \r
              """
                  .formatted(token)
                  .getBytes(StandardCharsets.US_ASCII));
      Thread.ofVirtual().start(() -> streams.read(number, socket));
    }
    first.await();
    return streams;
  }

  private void read(int number, Socket socket) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 1 << 14)) {
      long position = -1;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("id:")) {
          position = Long.parseLong(line.substring(3).strip());
        } else if (line.isEmpty() && position >= 0) {
          arrived(number, position);
          position = -1;
        }
      }
    } catch (IOException e) {
      // Closed by us, or the platform ended it; then whoever awaits the next change says so.
    }
  }

  private void arrived(int number, long position) {
    long now = System.nanoTime();
    synchronized (this) {
      positions[number] = position;
      times[number] = now;
      Awaited waiting = awaited;
      if (waiting != null) {
        waiting.reached(number, position, now);
      }
    }
  }

  /** When each stream had this position or a later one, by {@link System#nanoTime}. */
  long[] arrivals(long position) throws IOException, InterruptedException {
    Awaited waiting = new Awaited(position, positions.length);
    synchronized (this) {
      for (int i = 0; i < positions.length; i++) {
        waiting.reached(i, positions[i], times[i]);
      }
      awaited = waiting;
    }
    return waiting.await();
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
