package io.trialog.standalone.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * As much of the published HTTP as a demo needs: a key is created once, an experiment goes from one
 * status to the next, and snapshots are signed. It kills when enough outcomes have come in.
 */
final class FakePlatform implements AutoCloseable {
  static final String ADMIN = "trl_admin_secret";

  private static final int ENOUGH = 40;
  private static final Map<String, String> NEXT =
      Map.of("draft", "submit", "in_review", "approve", "approved", "start");
  private static final Map<String, String> AFTER =
      Map.of("submit", "in_review", "approve", "approved", "start", "running");

  private final NoteSigner signer;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<HttpExchange> streams = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final Map<String, String> statuses = new TreeMap<>();
  private final Map<String, String> traffics = new TreeMap<>();
  private final List<String> created = new ArrayList<>();
  private final HttpServer server;
  private long position = 1;
  private int outcomes;
  private int away;

  FakePlatform() throws Exception {
    signer = NoteSigner.generate("trialog/production");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The next orders are answered with 503. */
  synchronized void goAwayFor(int orders) {
    away = orders;
  }

  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized Map<String, String> statuses() {
    return Map.copyOf(statuses);
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.endsWith("/stream")) {
      stream(exchange);
    } else if (path.startsWith("/api/v1/snapshots/")) {
      answer(exchange, 200, note());
    } else if (exchange.getRequestMethod().equals("GET")) {
      answer(exchange, 200, read(path));
    } else {
      JsonObject json = object(body);
      String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      Reply reply = post(path, json, token);
      answer(exchange, reply.status(), reply.body());
    }
  }

  private record Reply(int status, String body) {
    static Reply problem(int status, String code) {
      return new Reply(status, "{\"code\":\"" + code + "\",\"detail\":\"no\"}");
    }
  }

  private synchronized String read(String path) {
    return switch (path) {
      case "/health" -> "{\"status\":\"up\"}";
      case "/api/v1/keys" -> "{\"snapshot\":{\"production\":\"" + signer.verifierKey() + "\"}}";
      case "/api/v1/audit/events" ->
          "{\"entries\":[{\"actor\":{\"kind\":\"automation\"},\"reason\":\"Too few rides.\"}]}";
      default -> "{}";
    };
  }

  private synchronized Reply post(String path, JsonObject body, String token) {
    if (path.equals("/api/v1/batches")) {
      return batch(body);
    }
    if (path.equals("/api/v1/receipts")) {
      return new Reply(202, "{}");
    }
    if (away > 0) {
      away--;
      return Reply.problem(503, "unavailable");
    }
    calls.add(path + " by " + token);
    if (path.equals("/api/v1/tokens")) {
      String role = body.getJsonArray("roles").getJsonObject(0).getString("role");
      return new Reply(201, "{\"secret\":\"trl_" + role + "_secret\"}");
    }
    String[] parts = path.substring("/api/v1/".length()).split("/");
    return parts.length == 3 ? order(parts[1], parts[2], body) : create(parts[0], body);
  }

  private Reply create(String kind, JsonObject body) {
    String key = kind + "/" + body.getString(kind.substring(0, kind.length() - 1));
    if (created.contains(key)) {
      return Reply.problem(409, "already_exists");
    }
    created.add(key);
    if (kind.equals("experiments")) {
      statuses.put(body.getString("experiment"), "draft");
    }
    return new Reply(201, "{}");
  }

  private Reply order(String key, String word, JsonObject body) {
    String status = statuses.getOrDefault(key, "");
    if (word.equals("ramp")) {
      traffics.put(key, body.getString("traffic"));
    } else if (word.equals(NEXT.get(status))) {
      statuses.put(key, String.valueOf(AFTER.get(word)));
      traffics.put(key, body.getString("traffic", "0"));
    } else {
      return Reply.problem(422, "status_forbids");
    }
    publish();
    return new Reply(200, "{}");
  }

  private Reply batch(JsonObject body) {
    outcomes += body.getJsonArray("outcomes").size();
    String harmful = statuses.getOrDefault(Catalogue.HARMFUL, "");
    if (outcomes >= ENOUGH && harmful.equals("running")) {
      statuses.put(Catalogue.HARMFUL, "killed");
      publish();
    }
    int n = body.getJsonArray("exposures").size() + body.getJsonArray("outcomes").size();
    return new Reply(200, "{\"accepted\":" + n + ",\"rejected\":[],\"receipt\":{}}");
  }

  // --- snapshots

  private synchronized void stream(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    streams.add(exchange);
    write(exchange);
  }

  private synchronized void publish() {
    position++;
    for (HttpExchange stream : streams) {
      write(stream);
    }
  }

  private void write(HttpExchange stream) {
    String lines =
        note().strip().lines().map(line -> "data: " + line + "\n").reduce("", String::concat);
    try {
      OutputStream out = stream.getResponseBody();
      String event = "event: snapshot\nid: " + position + "\n" + lines + "\n";
      out.write(event.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      // The client left; the next one opens its own stream.
      stream.close();
    }
  }

  private synchronized String note() {
    List<Experiment> experiments = new ArrayList<>();
    statuses.forEach((key, status) -> {
      if (status.equals("running") || status.equals("killed")) {
        experiments.add(experiment(key, Experiment.Status.of(status)));
      }
    });
    return SnapshotWriter.note(
        Snapshot.of("production", position, Instant.EPOCH, experiments), signer);
  }

  private Experiment experiment(String key, Experiment.Status status) {
    SlotTable table =
        SlotTable.fromShares(
            List.of(Share.of(Trial.CONTROL, 0.5), Share.of(Trial.TREATMENT, 0.5)), Trial.CONTROL);
    int ppm = (int) (Double.parseDouble(traffics.getOrDefault(key, "1")) * 1_000_000);
    return Experiment.builder(key)
        .surface("app")
        .control(Trial.CONTROL)
        .variants(List.of(Variant.of(Trial.CONTROL), Variant.of(Trial.TREATMENT)))
        .allocation(Allocation.enrol(table, ppm))
        .status(status)
        .build();
  }

  // --- bytes

  private static JsonObject object(byte[] body) {
    try (JsonReader reader =
        Json.createReader(new java.io.StringReader(new String(body, StandardCharsets.UTF_8)))) {
      return reader.readObject();
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
