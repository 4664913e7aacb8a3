package io.trialog.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Plain streams of server-sent events, each read by a virtual thread: no SDK, nothing verified. */
final class Streams implements AutoCloseable {
  private static final int MOST_SECONDS = 60;

  /** Who waits for which position, and when each stream had it. */
  private record Awaited(long position, long[] nanos, boolean[] arrived, CountDownLatch left) {
    static Awaited of(long position, int streams) {
      return new Awaited(
          position, new long[streams], new boolean[streams], new CountDownLatch(streams));
    }

    void reached(int stream, long position, long now) {
      if (position >= this.position && !arrived[stream]) {
        arrived[stream] = true;
        nanos[stream] = now;
        left.countDown();
      }
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
    Awaited first = Awaited.of(0, count);
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
    await(first);
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
    Awaited waiting = Awaited.of(position, positions.length);
    synchronized (this) {
      for (int i = 0; i < positions.length; i++) {
        waiting.reached(i, positions[i], times[i]);
      }
      awaited = waiting;
    }
    await(waiting);
    return waiting.nanos();
  }

  private static void await(Awaited waiting) throws IOException, InterruptedException {
    if (!Objects.requireNonNull(waiting).left().await(MOST_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException(
          waiting.left().getCount() + " streams did not reach " + waiting.position());
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
