package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Protocol clause 15: a client sends the messages of the vectors and understands their answers. */
@Timeout(60)
class WireVectorsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("trialog.root"), "sdk", "conformance", "wire");
  private static final String BATCHES = "POST /api/v1/batches";
  private static final String RECEIPTS = "POST /api/v1/receipts";

  private final Map<String, Object> story = tree(read(FOLDER.resolve("vectors.json")));

  @Test
  void a_client_sends_these_messages_and_understands_their_answers() throws Exception {
    try (Script server = new Script(rows(story.get("steps")))) {
      TrialogClient client = client(server.url());
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      Context context = context();
      Await.until(
          "the delta has come",
          () -> client.peek("fares", context, "none").reason() == Reason.KILLED);
      client.evaluate((String) story.get("evaluate"), context, "none");
      Map<String, Object> track = tree(story.get("track"));
      client.track(
          context, (String) track.get("metric"), ((Number) track.get("value")).doubleValue());
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      Await.until("the kill is acknowledged", () -> server.acknowledged() == 13);
      server.endStreams();
      Await.until("the client polls again", () -> server.asked("poll again"));
      client.close();
      assertThat(client.counters().eventsAccepted()).isEqualTo(2);
      assertThat(client.counters().eventsRejected()).isEqualTo(1);
      assertThat(client.counters().batchesRetried()).isEqualTo(1);
      assertThat(client.counters().snapshotsRefused()).isEmpty();
      server.compare();
    }
  }

  @Test
  void the_examples_of_the_protocol_are_these_messages() throws Exception {
    String protocol = Files.readString(FOLDER.resolve("../../protocol.md"));
    List<Map<String, Object>> steps =
        rows(story.get("steps")).stream().map(WireVectorsTest::tree).toList();
    List<String> bodies = new ArrayList<>();
    for (Map<String, Object> step : steps) {
      bodies.add((String) tree(step.get("request")).getOrDefault("body", ""));
      bodies.add((String) tree(step.get("answer")).get("body"));
    }
    List<String> fences = new ArrayList<>();
    String[] parts = protocol.substring(protocol.indexOf("## 15.")).split("```(json)?\n", -1);
    for (int i = 1; i < parts.length; i += 2) {
      fences.add(parts[i]);
    }
    assertThat(fences).hasSize(9);
    assertThat(fences.get(0).lines()).isSubsetOf(head(steps.get(0)));
    for (String fence : fences.subList(1, fences.size())) {
      if (fence.startsWith("{")) {
        assertThat(bodies.stream().filter(body -> body.startsWith("{\"") && !body.contains("\n\n")))
            .as(fence)
            .anyMatch(body -> tree(body).equals(tree(fence)));
      } else {
        assertThat(bodies).as(fence).anyMatch(body -> body.contains(fence));
      }
    }
  }

  /** The lines of a request and its answer above their bodies. */
  private static List<String> head(Map<String, Object> step) {
    Map<String, Object> request = tree(step.get("request"));
    Map<String, Object> answer = tree(step.get("answer"));
    List<String> lines = new ArrayList<>();
    lines.add(request.get("method") + " " + request.get("path"));
    tree(request.get("headers")).forEach((name, value) -> lines.add(name + ": " + value));
    lines.add("");
    lines.add(String.valueOf(answer.get("status")));
    tree(answer.get("headers")).forEach((name, value) -> lines.add(name + ": " + value));
    return lines;
  }

  private TrialogClient client(URI url) {
    Instant now = Instant.parse((String) story.get("time"));
    return TrialogClient.builder()
        .baseUrl(url)
        .token((String) story.get("token"))
        .environment((String) story.get("environment"))
        .verifierKey((String) story.get("vkey"))
        .surface((String) story.get("surface"))
        .segments(rows(story.get("segments")).stream().map(String::valueOf).toArray(String[]::new))
        .clock(Clock.fixed(now, ZoneOffset.UTC))
        .flushInterval(Duration.ofSeconds(5))
        .build();
  }

  private Context context() {
    Context context = Context.empty();
    for (var entry : tree(story.get("context")).entrySet()) {
      context = context.with(entry.getKey(), (String) entry.getValue());
    }
    return context;
  }

  static Stream<Map<String, Object>> streams() {
    return rows(read(FOLDER.resolve("streams").resolve("vectors.json"))).stream()
        .map(WireVectorsTest::tree);
  }

  @ParameterizedTest
  @MethodSource("streams")
  void a_stream_is_cut_into_these_events(Map<String, Object> row) throws Exception {
    byte[] body = ((String) row.get("body")).getBytes(StandardCharsets.UTF_8);
    List<Map<String, Object>> expected =
        rows(row.get("events")).stream().map(WireVectorsTest::tree).toList();
    assertThat(cut(body, body.length + 1)).isEqualTo(expected);
    assertThat(cut(body, 1)).isEqualTo(expected);
    assertThat(cut(body, 3)).isEqualTo(expected);
  }

  private static List<Map<String, Object>> cut(byte[] body, int piece) throws IOException {
    SseParser parser = new SseParser(1 << 20);
    List<Map<String, Object>> events = new ArrayList<>();
    for (int at = 0; at < body.length; at += piece) {
      ByteBuffer bytes = ByteBuffer.wrap(body, at, Math.min(piece, body.length - at));
      for (SseParser.Event event : parser.feed(bytes)) {
        String data = new String(event.data(), StandardCharsets.UTF_8);
        events.add(Map.of("event", event.type(), "data", data));
      }
    }
    return events;
  }

  /** A request as it came. */
  private record Asked(String what, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(each -> each.getKey().equalsIgnoreCase(name))
          .map(each -> String.join(", ", each.getValue()))
          .findFirst()
          .orElse("");
    }
  }

  /** Answers with the steps of a story; of the steps of one route with one after the other. */
  private static final class Script implements AutoCloseable {
    private final List<Map<String, Object>> steps;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final List<HttpExchange> streams = new CopyOnWriteArrayList<>();

    Script(List<?> steps) throws IOException {
      this.steps = steps.stream().map(WireVectorsTest::tree).toList();
      this.server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", this::answer);
      server.start();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
      String what = exchange.getRequestMethod() + " " + exchange.getRequestURI();
      byte[] body = exchange.getRequestBody().readAllBytes();
      Asked one =
          new Asked(
              what,
              Map.copyOf(exchange.getRequestHeaders()),
              new String(body, StandardCharsets.UTF_8));
      asked.add(one);
      boolean first = asked.stream().filter(each -> each.what().equals(what)).count() == 1;
      Map<String, Object> step = stepFor(one, first);
      if (what.contains("/stream") && !first) {
        send(exchange, Map.of("status", 200, "headers", Map.of(), "body", ":\n\n"), true);
        return;
      }
      send(exchange, tree(step.get("answer")), what.contains("/stream"));
    }

    /** The first or the last step of a route. */
    private Map<String, Object> stepFor(Asked one, boolean first) {
      List<Map<String, Object>> mine =
          steps.stream().filter(step -> what(step).equals(one.what())).toList();
      assertThat(mine).as(one.what()).isNotEmpty();
      return mine.get(first ? 0 : mine.size() - 1);
    }

    private void send(HttpExchange exchange, Map<String, Object> answer, boolean open)
        throws IOException {
      byte[] body = ((String) answer.get("body")).getBytes(StandardCharsets.UTF_8);
      tree(answer.get("headers"))
          .forEach((name, value) -> exchange.getResponseHeaders().set(name, (String) value));
      int status = ((Number) answer.get("status")).intValue();
      exchange.sendResponseHeaders(status, open ? 0 : body.length == 0 ? -1 : body.length);
      OutputStream out = exchange.getResponseBody();
      out.write(body);
      out.flush();
      if (open) {
        streams.add(exchange);
      } else {
        exchange.close();
      }
    }

    void endStreams() {
      streams.forEach(HttpExchange::close);
    }

    /** The newest position that a receipt named; -1 for none. */
    long acknowledged() {
      return bodies(RECEIPTS)
          .map(body -> (List<?>) body.get("enforced"))
          .mapToLong(all -> (Long) tree(all.get(all.size() - 1)).get("position"))
          .max()
          .orElse(-1);
    }

    private Stream<Map<String, Object>> bodies(String what) {
      return asked.stream().filter(one -> one.what().equals(what)).map(one -> tree(one.body()));
    }

    boolean asked(String name) {
      Map<String, Object> step = step(name);
      String tag = header(step, "If-None-Match");
      return asked.stream()
          .anyMatch(
              one -> one.what().equals(what(step)) && one.header("If-None-Match").equals(tag));
    }

    private Map<String, Object> step(String name) {
      return steps.stream().filter(step -> step.get("name").equals(name)).findFirst().orElseThrow();
    }

    /** Every request of the story came, with its headers, and no other came. */
    void compare() {
      assertThat(asked.stream().map(Asked::what).distinct())
          .hasSameElementsAs(steps.stream().map(Script::what).distinct().toList());
      for (Map<String, Object> step : steps) {
        tree(tree(step.get("request")).get("headers"))
            .forEach((name, value) ->
                assertThat(asked.stream().filter(one -> one.what().equals(what(step))))
                    .as(step.get("name") + " " + name)
                    .anyMatch(one -> one.header(name).equals(value)));
      }
      List<String> batches =
          asked.stream().filter(one -> one.what().equals(BATCHES)).map(Asked::body).toList();
      assertThat(batches).hasSize(2);
      assertThat(batches.get(1)).as("the same bytes").isEqualTo(batches.get(0));
      compareEvents(tree(batches.get(0)), body("batch"));
      compareReceipts();
    }

    private Map<String, Object> body(String name) {
      return tree((String) tree(step(name).get("request")).get("body"));
    }

    /** Equal but for ids, which are of version 7 and of the time of the event. */
    private static void compareEvents(Map<String, Object> sent, Map<String, Object> expected) {
      assertThat(sent.keySet()).isEqualTo(expected.keySet());
      for (String kind : expected.keySet()) {
        List<?> events = rows(sent.get(kind));
        assertThat(events).hasSameSizeAs(rows(expected.get(kind)));
        for (int i = 0; i < events.size(); i++) {
          Map<String, Object> event = comparable(tree(events.get(i)));
          assertThat(event).isEqualTo(comparable(tree(rows(expected.get(kind)).get(i))));
        }
      }
    }

    private static Map<String, Object> comparable(Map<String, Object> event) {
      Map<String, Object> rest = new HashMap<>(event);
      UUID id = UUID.fromString((String) rest.remove("id"));
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      Instant time = Instant.parse((String) rest.remove("time"));
      assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(time.toEpochMilli());
      rest.put("time", time);
      return rest;
    }

    /** Of each the members and the positions; what is random or of a clock is as its form says. */
    private void compareReceipts() {
      List<Map<String, Object>> sent = bodies(RECEIPTS).toList();
      Map<String, Object> end = sent.get(sent.size() - 1);
      assertThat(end.keySet()).isEqualTo(body("receipt at the end").keySet());
      assertThat(end.get("closing")).isEqualTo(true);
      assertThat(sent.stream().map(each -> each.get("client")).distinct()).hasSize(1);
      for (Map<String, Object> each : sent.subList(0, sent.size() - 1)) {
        assertThat(each.keySet()).isEqualTo(body("receipt").keySet());
        assertThat(UUID.fromString((String) each.get("client")).version()).isEqualTo(4);
        assertThat(each.get("environment")).isEqualTo(body("receipt").get("environment"));
        assertThat((String) each.get("sdk")).matches("[a-z0-9._-]{1,31}/[0-9A-Za-z.+-]{1,32}");
        compareEnforced(rows(each.get("enforced")));
      }
    }

    private void compareEnforced(List<?> enforced) {
      List<Object> known =
          rows(body("receipt").get("enforced")).stream()
              .map(one -> tree(one).get("position"))
              .toList();
      assertThat(IntStream.range(0, enforced.size()).mapToObj(i -> tree(enforced.get(i))))
          .allSatisfy(one -> {
            assertThat(one.keySet()).containsExactlyInAnyOrder("position", "ago_ms");
            assertThat(known).contains(one.get("position"));
            assertThat((Long) one.get("ago_ms")).isBetween(0L, 60_000L);
          });
    }

    private static String what(Map<String, Object> step) {
      Map<String, Object> request = tree(step.get("request"));
      return request.get("method") + " " + request.get("path");
    }

    private static String header(Map<String, Object> step, String name) {
      return (String) tree(tree(step.get("request")).get("headers")).get(name);
    }

    @Override
    public void close() {
      endStreams();
      server.stop(0);
      threads.shutdownNow();
    }
  }

  private static Object read(Path file) {
    try {
      return JsonReader.read(Files.readString(file));
    } catch (IOException | JsonException e) {
      throw new IllegalStateException(file.toString(), e);
    }
  }

  private static Map<String, Object> tree(String json) {
    try {
      return tree(JsonReader.read(json));
    } catch (JsonException e) {
      throw new IllegalStateException(json, e);
    }
  }

  @SuppressWarnings("unchecked") // The vector files are ours; a wrong shape fails the test.
  private static Map<String, Object> tree(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked") // As above.
  private static List<Object> rows(Object value) {
    return (List<Object>) value;
  }
}
