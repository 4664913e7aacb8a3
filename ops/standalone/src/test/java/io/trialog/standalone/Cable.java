package io.trialog.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Connections to a server that a test may cut, and mend. */
final class Cable implements AutoCloseable {
  private final InetSocketAddress server;
  private final ServerSocket end;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /** To the server at this address. */
  Cable(URI server) throws IOException {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.end = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Where it begins. */
  URI url() {
    return URI.create("http://127.0.0.1:" + end.getLocalPort());
  }

  /** Ends all connections, and those that follow as soon as they are made. */
  void cut() {
    cut = true;
    List.copyOf(open).forEach(Cable::end);
  }

  /** Connections that follow work again. */
  void mend() {
    cut = false;
  }

  private void accept() {
    while (!end.isClosed()) {
      try {
        join(end.accept());
      } catch (IOException e) {
        // The test has ended, or a client has: the next one may come.
      }
    }
  }

  private void join(Socket client) throws IOException {
    if (cut) {
      client.close();
      return;
    }
    Socket upstream = new Socket();
    upstream.connect(server, 5_000);
    open.add(client);
    open.add(upstream);
    Thread.ofVirtual().start(() -> pump(client, upstream));
    Thread.ofVirtual().start(() -> pump(upstream, client));
    if (cut) {
      cut();
    }
  }

  private void pump(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // Cut, or ended by a side; the other side hears of it below.
    } finally {
      open.remove(from);
      end(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    end.close();
    cut();
  }
}
