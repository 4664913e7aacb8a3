package io.trialog.sdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/** The published HTTP of the platform, in this JVM: real sockets, real signatures. */
final class FakePlatform implements AutoCloseable {
  static final String TOKEN = "trl_test_secret";

  final NoteSigner signer;
  final AtomicInteger polls = new AtomicInteger();
  final AtomicInteger notModified = new AtomicInteger();
  final AtomicInteger streamsOpened = new AtomicInteger();
  final List<String> lastEventIds = new CopyOnWriteArrayList<>();
  final List<String> streamQueries = new CopyOnWriteArrayList<>();
  final List<String> batches = new CopyOnWriteArrayList<>();
  final List<Long> batchNanos = new CopyOnWriteArrayList<>();
  final List<String> receipts = new CopyOnWriteArrayList<>();
  final List<Long> receiptNanos = new CopyOnWriteArrayList<>();
  final List<String> unauthorized = new CopyOnWriteArrayList<>();

  private final Deque<Answer> batchAnswers = new ArrayDeque<>();
  private final Deque<Answer> receiptAnswers = new ArrayDeque<>();
  private final List<HttpExchange> streams = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final int port;
  private HttpServer server;
  private volatile String note = "";
  private volatile long position = -1;

  /** Who signs what is published from now on; the first key unless a test says otherwise. */
  volatile NoteSigner signs;

  /** Statements about keys, as the server tells them. */
  final List<String> statements = new CopyOnWriteArrayList<>();

  final AtomicInteger keysAsked = new AtomicInteger();
  volatile boolean streaming = true;
  volatile boolean broken;

  /** Whether streams with deltas may be asked for. */
  volatile boolean deltas = true;

  /** What snapshots are compressed with; empty for plain ones. */
  volatile String encoding = "";

  /** The collector answers nothing before this is open. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  record Answer(int status, String body, String retryAfter) {}

  FakePlatform() throws Exception {
    this.signer = NoteSigner.generate("trialog/production");
    this.signs = signer;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
  }

  FakePlatform started() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/api/v1/keys", this::keys);
    server.createContext("/api/v1/snapshots/production", this::snapshot);
    server.createContext("/api/v1/snapshots/production/stream", this::stream);
    server.createContext("/api/v1/batches", this::batch);
    server.createContext("/api/v1/receipts", this::receipt);
    server.start();
    return this;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  TrialogClient.Builder client() {
    return TrialogClient.builder()
        .baseUrl(url())
        .token(TOKEN)
        .environment("production")
        .verifierKey(signer.verifierKey().toString())
        .pollInterval(java.time.Duration.ofMillis(50))
        .longestBackoff(java.time.Duration.ofMillis(100))
        .flushInterval(java.time.Duration.ofMillis(20))
        .requestTimeout(java.time.Duration.ofSeconds(5));
  }

  static Snapshot snapshot(long position, Experiment.Status status) {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    Experiment checkout =
        Experiment.builder("checkout")
            .surface("checkout")
            .fallbackUnit("device_id")
            .control("control")
            .variants(List.of(Variant.of("control"), Variant.of("treatment")))
            .allocation(Allocation.enrol(table, 1_000_000))
            .status(status)
            .build();
    return Snapshot.of("production", position, Instant.EPOCH, List.of(checkout));
  }

  /** A note with a flag, which is killed unless it is on. */
  String note(long position, Flag flag) {
    return SnapshotWriter.note(
        Snapshot.builder("production", position, Instant.EPOCH).flags(List.of(flag)).build(),
        signer);
  }

  /** A flag that gives everybody a text. */
  static Flag banner(boolean on) {
    return Flag.builder("banner")
        .type(Flag.Type.TEXT)
        .enabled(true)
        .killed(!on)
        .off("quiet")
        .variants(List.of(Flag.Value.of("loud", "\"Hello\""), Flag.Value.of("quiet", "\"\"")))
        .rollout(List.of(SlotRange.of(0, 10_000, "loud")))
        .build();
  }

  /** Serves a running experiment at the position, to polls and to open streams. */
  void publish(long position, Experiment.Status status) {
    publish(position, SnapshotWriter.note(snapshot(position, status), signs));
  }

  void publish(long position, String note) {
    serve(position, note);
    String lines =
        note.strip().lines().map(line -> "data: " + line + "\n").reduce("", String::concat);
    write("event: snapshot\nid: " + position + "\n" + lines + "\n");
  }

  /** Serves it to polls only. */
  void serve(long position, String note) {
    this.note = note;
    this.position = position;
  }

  void heartbeat() {
    write(": alive\n\n");
  }

  void dropStreams() {
    for (HttpExchange stream : streams) {
      stream.close();
    }
    streams.clear();
  }

  int openStreams() {
    return streams.size();
  }

  /** Writes to open streams. */
  void write(String text) {
    for (HttpExchange stream : streams) {
      try {
        OutputStream out = stream.getResponseBody();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      } catch (IOException e) {
        streams.remove(stream);
      }
    }
  }

  /** What the collector answers next, once each; afterwards it accepts. */
  void answerBatches(Answer... answers) {
    synchronized (batchAnswers) {
      batchAnswers.addAll(List.of(answers));
    }
  }

  /** What receipts are answered with next, once each; afterwards they are taken. */
  void answerReceipts(Answer... answers) {
    synchronized (receiptAnswers) {
      receiptAnswers.addAll(List.of(answers));
    }
  }

  private boolean admitted(HttpExchange exchange) throws IOException {
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    if (("Bearer " + TOKEN).equals(token) && !broken) {
      return true;
    }
    unauthorized.add(String.valueOf(token));
    answer(exchange, broken ? 500 : 401, "");
    return false;
  }

  private void keys(HttpExchange exchange) throws IOException {
    if (admitted(exchange)) {
      keysAsked.incrementAndGet();
      answer(
          exchange,
          200,
          "{\"snapshot\":{\"production\":\""
              + signs.verifierKey()
              + "\"},\"snapshot_keys\":{\"production\":{\"statements\":["
              + statements.stream()
                  .map(note -> "\"" + note.replace("\n", "\\n") + "\"")
                  .collect(Collectors.joining(","))
              + "]}}}");
    }
  }

  private void snapshot(HttpExchange exchange) throws IOException {
    if (!admitted(exchange)) {
      return;
    }
    polls.incrementAndGet();
    String etag = "\"" + position + "\"";
    if (etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      notModified.incrementAndGet();
      exchange.sendResponseHeaders(304, -1);
      exchange.close();
    } else {
      exchange.getResponseHeaders().set("ETag", etag);
      answer(exchange, position < 0 ? 503 : 200, encoded(exchange));
    }
  }

  private byte[] encoded(HttpExchange exchange) throws IOException {
    byte[] plain = note.getBytes(StandardCharsets.UTF_8);
    if (encoding.isEmpty() || position < 0) {
      return plain;
    }
    exchange.getResponseHeaders().set("Content-Encoding", encoding);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  private void stream(HttpExchange exchange) throws IOException {
    if (!admitted(exchange)) {
      return;
    }
    if (!streaming) {
      answer(exchange, 404, "");
      return;
    }
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    streamQueries.add(query);
    if (!deltas && query.contains("deltas")) {
      answer(exchange, 400, "");
      return;
    }
    lastEventIds.add(String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID")));
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(": hello\n\n".getBytes(StandardCharsets.UTF_8));
    exchange.getResponseBody().flush();
    streams.add(exchange);
    streamsOpened.incrementAndGet();
  }

  private void batch(HttpExchange exchange) throws IOException {
    if (!admitted(exchange)) {
      return;
    }
    batchNanos.add(System.nanoTime());
    batches.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    awaitGate();
    Answer next;
    synchronized (batchAnswers) {
      next = batchAnswers.poll();
    }
    if (next == null) {
      next = new Answer(200, "{\"accepted\":1,\"rejected\":[],\"receipt\":{}}", "");
    }
    if (!next.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", next.retryAfter());
    }
    answer(exchange, next.status(), next.body());
  }

  private void receipt(HttpExchange exchange) throws IOException {
    if (!admitted(exchange)) {
      return;
    }
    receiptNanos.add(System.nanoTime());
    receipts.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    Answer next;
    synchronized (receiptAnswers) {
      next = receiptAnswers.isEmpty() ? new Answer(202, "", "") : receiptAnswers.poll();
    }
    if (!next.retryAfter().isEmpty()) {
      exchange.getResponseHeaders().set("Retry-After", next.retryAfter());
    }
    answer(exchange, next.status(), next.body());
  }

  private void awaitGate() throws IOException {
    try {
      if (!gate.await(20, TimeUnit.SECONDS)) {
        throw new IOException("nobody opened the gate");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    answer(exchange, status, body.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
    exchange.close();
  }

  static Map<?, ?> tree(String json) {
    try {
      return (Map<?, ?>) io.trialog.sdk.core.json.JsonReader.read(json);
    } catch (io.trialog.sdk.core.json.JsonException e) {
      throw new IllegalStateException(json, e);
    }
  }

  void stop() {
    if (server != null) {
      dropStreams();
      server.stop(0);
      server = null;
    }
  }

  @Override
  public void close() {
    stop();
    threads.shutdownNow();
  }
}
