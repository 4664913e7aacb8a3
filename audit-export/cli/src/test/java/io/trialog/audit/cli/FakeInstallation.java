package io.trialog.audit.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.audit.log.AuditKeys;
import io.trialog.audit.log.AuditLogSchema;
import io.trialog.audit.log.BundleWriter;
import io.trialog.audit.log.Sequencer;
import io.trialog.audit.log.SourceEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.h2.jdbcx.JdbcDataSource;

/** A real audit log behind the four endpoints, on a free port of the loopback interface. */
final class FakeInstallation implements AutoCloseable {

  static final String TOKEN = "trl_auditor_secret";

  final Sequencer sequencer;
  final BundleWriter writer;
  final AuditKeys keys;
  final List<String> orders = new ArrayList<>();
  byte[] archive = new byte[0];
  private final HttpServer server;
  private long events;

  FakeInstallation(Path folder) throws IOException {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:file:" + folder.resolve("audit"));
    AuditLogSchema.migrate(database);
    keys = AuditKeys.open(folder.resolve("keys"), "audit.example.com/prod");
    sequencer = Sequencer.open(database, keys, Clock.systemUTC());
    writer = new BundleWriter(database, keys);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void add(int count) {
    List<SourceEvent> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(
          new SourceEvent(
              events + 1,
              "event-" + events,
              "experiment/checkout",
              events,
              "ExperimentRamped",
              1,
              Instant.EPOCH,
              ("{\"traffic_ppm\":" + events + "}").getBytes(StandardCharsets.UTF_8),
              "{\"actor_kind\":\"human\",\"actor_id\":\"ada\"}".getBytes(StandardCharsets.UTF_8)));
      events++;
    }
    sequencer.append(batch);
  }

  /** Serves the honest bundle of the whole log from now on. */
  void serveHonest() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeZip(sequencer.head().size(), out);
    archive = out.toByteArray();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        send(exchange, 401, "{\"status\":401,\"detail\":\"no such token\"}".getBytes());
      } else if (request.equals("GET /api/v1/keys")) {
        send(
            exchange,
            200,
            String.format(
                    Locale.ROOT,
                    "{\"snapshot\":{},\"log\":\"%s\",\"export\":\"%s\"}",
                    keys.logKey(),
                    keys.exportKey())
                .getBytes());
      } else if (request.equals("POST /api/v1/audit/exports")) {
        orders.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        send(
            exchange,
            201,
            ("{\"export\":\"x-1\",\"size\":" + sequencer.head().size() + "}").getBytes());
      } else if (request.equals(
          "GET /api/v1/audit/exports/" + sequencer.head().size() + "/bundle.zip")) {
        send(exchange, 200, archive);
      } else {
        send(exchange, 404, "not json".getBytes());
      }
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
