package io.trialog.eventstore.eventstoredb;

import io.trialog.eventstore.contract.StoreUnderTest.Cut;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wire to a server: a port on loopback whose connections are passed on byte by byte, and can be
 * cut. A cut connection ends with a reset, as when a process or a network dies.
 */
final class Wire implements AutoCloseable {
  /** A request with an event is longer than what HTTP/2 sends to keep a connection up. */
  private static final int SHORTEST_APPEND = 200;

  private final InetSocketAddress server;
  private final ServerSocket door;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Cut> next = new AtomicReference<>();
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile boolean up = true;
  private volatile boolean cutAtNextAnswer;

  Wire(InetSocketAddress server) throws IOException {
    this.server = server;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** How often connections were cut so far. */
  int cuts() {
    return cuts.get();
  }

  /** Cuts all connections; new ones are passed on. */
  void cut() {
    cuts.incrementAndGet();
    open.forEach(Wire::reset);
    open.clear();
  }

  /** As if the server were away: cuts all connections and whatever comes, until {@link #up()}. */
  void down() {
    up = false;
    cut();
  }

  void up() {
    up = true;
  }

  /**
   * Cuts at the next request that is long enough to be an append: before a byte of it is passed on,
   * or when the first byte comes back after it was. The server may have sent that byte for another
   * reason; so "after" means here that the server has the request, not that it has acted on it.
   */
  void cutNextAppend(Cut when) {
    next.set(when);
  }

  @Override
  public void close() {
    up = false;
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        connect(door.accept());
      } catch (IOException e) {
        // The door was closed, or the server is away; the client sees a connection that ends.
      }
    }
  }

  private void connect(Socket client) throws IOException {
    if (!up) {
      reset(client);
      return;
    }
    Socket onward = new Socket();
    try {
      onward.connect(server, 5_000);
    } catch (IOException e) {
      reset(client);
      throw e;
    }
    client.setTcpNoDelay(true);
    onward.setTcpNoDelay(true);
    open.add(client);
    open.add(onward);
    Thread.ofVirtual().start(() -> pass(client, onward, true));
    Thread.ofVirtual().start(() -> pass(onward, client, false));
  }

  private void pass(Socket from, Socket to, boolean requests) {
    byte[] buffer = new byte[64 * 1024];
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (requests ? cutsAtRequest(length) : cutsAtAnswer()) {
          cut();
          return;
        }
        out.write(buffer, 0, length);
        out.flush();
      }
    } catch (IOException e) {
      // One side is gone; so is the other.
    }
    reset(from);
    reset(to);
  }

  private boolean cutsAtRequest(int length) {
    if (length < SHORTEST_APPEND) {
      return false;
    }
    Cut cut = next.getAndSet(null);
    if (cut == Cut.AFTER_IT_TOOK_EFFECT) {
      cutAtNextAnswer = true;
    }
    return cut == Cut.BEFORE_IT_TOOK_EFFECT;
  }

  private boolean cutsAtAnswer() {
    boolean cuts = cutAtNextAnswer;
    cutAtNextAnswer = false;
    return cuts;
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is closed already.
    }
  }
}
