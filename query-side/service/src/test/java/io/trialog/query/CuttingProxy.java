package io.trialog.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and a server on this machine, and cuts their connections when told. */
final class CuttingProxy implements AutoCloseable {
  private static final long NEVER = Long.MAX_VALUE;

  /** More than ever pass: the cut waits for {@link #cutAtLast}. */
  static final long MANY = 1L << 40;

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final int server;
  private final Set<Connection> live = ConcurrentHashMap.newKeySet();
  private final AtomicLong bytesUntilCut = new AtomicLong(NEVER);

  /** Times that connections were cut. */
  final AtomicInteger cuts = new AtomicInteger();

  /** Events that began to pass, by type. */
  final AtomicInteger deltas = new AtomicInteger();

  final AtomicInteger wholes = new AtomicInteger();

  CuttingProxy(int server) throws IOException {
    this.server = server;
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Whether some connection carries a stream now. */
  boolean streams() {
    return live.stream().anyMatch(connection -> connection.streams);
  }

  boolean isUsed() {
    return !live.isEmpty();
  }

  /** Cuts once, within the next bytes from the server: behind this many of them. */
  void cutAfter(long bytes) {
    bytesUntilCut.set(bytes);
  }

  /** Cuts now, unless that has happened since the last {@link #cutAfter}. */
  void cutAtLast() {
    if (bytesUntilCut.getAndSet(NEVER) != NEVER) {
      cut();
    }
  }

  private void cut() {
    cuts.incrementAndGet();
    live.forEach(Connection::reset);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Connection connection =
            new Connection(listener.accept(), new Socket(InetAddress.getLoopbackAddress(), server));
        // Else each small piece waits for the word that the one before has arrived.
        connection.near.setTcpNoDelay(true);
        connection.far.setTcpNoDelay(true);
        live.add(connection);
        Thread.ofVirtual().start(connection::requests);
        Thread.ofVirtual().start(connection::answers);
      } catch (IOException e) {
        // Closed, or the client had gone before.
      }
    }
  }

  private final class Connection {
    private final Socket near;
    private final Socket far;
    volatile boolean streams;

    Connection(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    void requests() {
      try {
        InputStream in = near.getInputStream();
        OutputStream out = far.getOutputStream();
        byte[] buffer = new byte[8_192];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
          String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
          streams |= text.contains("/stream?");
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // The other direction, or a cut, has closed it.
      } finally {
        reset();
      }
    }

    void answers() {
      try {
        InputStream in = far.getInputStream();
        OutputStream out = near.getOutputStream();
        byte[] buffer = new byte[8_192];
        for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
          String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
          deltas.addAndGet(text.contains("event: delta") ? 1 : 0);
          wholes.addAndGet(text.contains("event: snapshot") ? 1 : 0);
          out.write(buffer, 0, pass(read));
        }
      } catch (IOException e) {
        // As above.
      } finally {
        reset();
      }
    }

    /** How many of these bytes go on; fewer than all only when the connection is cut there. */
    private int pass(int read) {
      long left =
          bytesUntilCut.getAndUpdate(
              bytes -> bytes == NEVER || bytes < read ? NEVER : bytes - read);
      if (left == NEVER || left >= read) {
        return read;
      }
      Thread.ofVirtual().start(CuttingProxy.this::cut);
      return (int) left;
    }

    /** At once and without a word, as when a network breaks. */
    void reset() {
      live.remove(this);
      for (Socket socket : new Socket[] {near, far}) {
        try {
          socket.setSoLinger(true, 0);
          socket.close();
        } catch (IOException e) {
          // It was closed already.
        }
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    live.forEach(Connection::reset);
  }
}
