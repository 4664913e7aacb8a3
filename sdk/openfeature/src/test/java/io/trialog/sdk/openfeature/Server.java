package io.trialog.sdk.openfeature;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What a client polls and where it reports: real sockets, real signatures. */
final class Server implements AutoCloseable {
  final List<String> batches = new CopyOnWriteArrayList<>();
  private final NoteSigner signer;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile String note = "";
  private volatile long position = -1;
  private volatile boolean broken;

  Server() throws IOException, NoteException {
    signer = NoteSigner.generate("trialog/production");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/api/v1/snapshots/production", this::snapshot);
    server.createContext("/api/v1/batches", this::batch);
    server.start();
  }

  Server serving(Snapshot snapshot) {
    note = SnapshotWriter.note(snapshot, signer);
    position = snapshot.position();
    return this;
  }

  /** From now on, or no longer, every request fails. */
  void broken(boolean broken) {
    this.broken = broken;
  }

  TrialogClient.Builder client() {
    return TrialogClient.builder()
        .baseUrl(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
        .token("trl_test_secret")
        .environment("production")
        .verifierKey(signer.verifierKey().toString())
        .mode(TrialogClient.Mode.POLLING)
        .pollInterval(Duration.ofMillis(20))
        .longestBackoff(Duration.ofMillis(40))
        .staleAfter(Duration.ofMillis(300))
        .flushInterval(Duration.ofMillis(10))
        .requestTimeout(Duration.ofSeconds(5));
  }

  private void snapshot(HttpExchange exchange) throws IOException {
    String tag = "\"" + position + "\"";
    if (broken || position < 0) {
      answer(exchange, 503, "");
    } else if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
      exchange.close();
    } else {
      exchange.getResponseHeaders().set("ETag", tag);
      answer(exchange, 200, note);
    }
  }

  private void batch(HttpExchange exchange) throws IOException {
    batches.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    answer(exchange, 200, "{\"accepted\":1,\"rejected\":[],\"receipt\":{}}");
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
