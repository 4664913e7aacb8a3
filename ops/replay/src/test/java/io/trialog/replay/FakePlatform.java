package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * The contract that the replay is written against, kept in memory: commands, collector with
 * receipts and item codes, results by subject with duplicates folded once and subjects in two arms
 * left out. Faults are switched on by the tests.
 */
final class FakePlatform implements AutoCloseable {

  static final String TOKEN = "trl_test_secret";

  private static final int LARGEST_BODY = 1 << 20;
  private static final int MOST_EVENTS = 1000;

  /** What happens to one batch request before the platform looks at it. */
  enum Fault {
    NONE,
    UNAVAILABLE,
    DROP_BEFORE,
    DROP_AFTER
  }

  /** What is kept of an exposure. */
  record Exposure(
      UUID id,
      String experiment,
      String variant,
      String subject,
      Instant time,
      Map<String, String> segments) {

    static Exposure of(JsonObject json) {
      Map<String, String> segments = new TreeMap<>();
      if (json.containsKey("segments")) {
        JsonObject given = json.getJsonObject("segments");
        given.keySet().forEach(name -> segments.put(name, given.getString(name)));
      }
      return new Exposure(
          UUID.fromString(json.getString("id")),
          json.getString("experiment"),
          json.getString("variant"),
          json.getString("subject"),
          Instant.parse(json.getString("time")),
          segments);
    }
  }

  /** What is kept of an outcome. */
  record Outcome(UUID id, String subject, String metric, BigDecimal value) {

    static Outcome of(JsonObject json) {
      return new Outcome(
          UUID.fromString(json.getString("id")),
          json.getString("subject"),
          json.getString("metric"),
          json.getJsonNumber("value").bigDecimalValue());
    }
  }

  /** Chooses the fault of the n-th batch request, from 1. */
  interface Faults {
    Fault of(int request);
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  final Map<String, JsonObject> namespaces = new LinkedHashMap<>();
  final Map<String, JsonObject> metrics = new LinkedHashMap<>();
  final Map<String, JsonObject> experiments = new LinkedHashMap<>();
  final Map<String, String> statuses = new HashMap<>();
  final List<Exposure> exposureRecords = new ArrayList<>();
  final List<Outcome> outcomeRecords = new ArrayList<>();
  final List<Integer> batchSizes = new ArrayList<>();
  Faults faults = _ -> Fault.NONE;
  Predicate<JsonObject> rejectOutcome = _ -> false;
  int batchesUntilKnown;
  int resultsUntilFolded;
  boolean stuck;
  Runnable afterBatch = () -> {};
  private int batchRequests;

  FakePlatform() throws IOException {
    // Without it each answer waits 40 ms for the delayed acknowledgement of its header.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  synchronized Set<UUID> exposureIds() {
    Set<UUID> ids = new TreeSet<>();
    exposureRecords.forEach(exposure -> ids.add(exposure.id()));
    return ids;
  }

  synchronized int batchRequests() {
    return batchRequests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    boolean batch = path.equals("/api/v1/batches");
    if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      answer(exchange, 401, problem("unauthenticated", "no such token"));
    } else if (batch) {
      batch(exchange, body);
    } else {
      JsonObject json = body.length == 0 ? JsonObject.EMPTY_JSON_OBJECT : parse(body);
      command(exchange, path, json);
    }
  }

  private static JsonObject parse(byte[] body) {
    try (var reader = Json.createReader(new StringReader(new String(body, UTF_8)))) {
      return reader.readObject();
    }
  }

  private synchronized void command(HttpExchange exchange, String path, JsonObject json)
      throws IOException {
    boolean post = exchange.getRequestMethod().equals("POST");
    String[] parts = path.split("/");
    switch (parts[3]) {
      case "namespaces" -> collection(exchange, post, namespaces, "namespace", json);
      case "metrics" -> collection(exchange, post, metrics, "metric", json);
      case "experiments" -> experiments(exchange, post, parts, json);
      default -> answer(exchange, 404, problem("not_found", path));
    }
  }

  private void collection(
      HttpExchange exchange,
      boolean post,
      Map<String, JsonObject> known,
      String member,
      JsonObject json)
      throws IOException {
    if (!post) {
      JsonArrayBuilder items = Json.createArrayBuilder();
      known.values().forEach(items::add);
      answer(exchange, 200, Json.createObjectBuilder().add(member + "s", items));
    } else if (known.putIfAbsent(json.getString(member), json) == null) {
      answer(exchange, 201, accepted("draft"));
    } else {
      answer(exchange, 409, problem(member + "_taken", json.getString(member)));
    }
  }

  private void experiments(HttpExchange exchange, boolean post, String[] parts, JsonObject json)
      throws IOException {
    String key = parts.length > 4 ? parts[4] : json.getString("experiment");
    if (parts.length == 4 && post) {
      create(exchange, key, json);
    } else if (!experiments.containsKey(key)) {
      answer(exchange, 404, problem("unknown_experiment", key));
    } else if (parts.length == 5) {
      JsonObject experiment = experiments.get(key);
      answer(
          exchange,
          200,
          Json.createObjectBuilder(experiment).add("status", statuses.getOrDefault(key, "draft")));
    } else if (parts[5].equals("start")) {
      statuses.put(key, "running");
      answer(exchange, 200, accepted("running"));
    } else {
      String query = exchange.getRequestURI().getQuery();
      answer(exchange, 200, results(key, query == null ? "" : query.replace("segment=", "")));
    }
  }

  private void create(HttpExchange exchange, String key, JsonObject json) throws IOException {
    BigDecimal shares = BigDecimal.ZERO;
    for (var variant : json.getJsonArray("variants")) {
      shares = shares.add(variant.asJsonObject().getJsonNumber("share").bigDecimalValue());
    }
    if (shares.compareTo(BigDecimal.ONE) != 0) {
      answer(exchange, 422, problem("shares_must_sum_to_one", shares.toString()));
    } else if (!metrics.containsKey(json.getString("primary_metric"))
        || !namespaces.containsKey(json.getString("namespace"))) {
      answer(exchange, 422, problem("unknown_reference", key));
    } else if (experiments.putIfAbsent(key, json) == null) {
      statuses.put(key, "draft");
      answer(exchange, 201, accepted("draft"));
    } else {
      answer(exchange, 409, problem("experiment_taken", key));
    }
  }

  private void batch(HttpExchange exchange, byte[] body) throws IOException {
    Fault fault = nextFault();
    switch (fault) {
      case UNAVAILABLE -> {
        exchange.getResponseHeaders().set("Retry-After", "3");
        answer(exchange, 503, problem("stream_unavailable", "Kafka is not up"));
      }
      case DROP_BEFORE -> exchange.close();
      case DROP_AFTER -> {
        collect(body);
        exchange.close();
      }
      case NONE -> {
        Collected collected = collect(body);
        answer(exchange, collected.status(), collected.body());
        afterBatch.run();
      }
    }
  }

  private synchronized Fault nextFault() {
    return faults.of(++batchRequests);
  }

  private record Collected(int status, JsonObjectBuilder body) {}

  private synchronized Collected collect(byte[] body) {
    JsonObject json = parse(body);
    List<JsonObject> exposures = objects(json, "exposures");
    List<JsonObject> outcomes = objects(json, "outcomes");
    if (body.length > LARGEST_BODY || exposures.size() + outcomes.size() > MOST_EVENTS) {
      return new Collected(413, problem("batch_too_large", "" + body.length));
    }
    batchSizes.add(exposures.size());
    JsonArrayBuilder rejected = Json.createArrayBuilder();
    int accepted = 0;
    for (int i = 0; i < exposures.size(); i++) {
      accepted += keep(exposures.get(i), exposureCode(exposures.get(i)), "exposure", i, rejected);
    }
    for (int i = 0; i < outcomes.size(); i++) {
      accepted += keep(outcomes.get(i), outcomeCode(outcomes.get(i)), "outcome", i, rejected);
    }
    if (accepted == 0) {
      return new Collected(422, problem("all_rejected", "").add("rejected", rejected));
    }
    return new Collected(
        200,
        Json.createObjectBuilder()
            .add("accepted", accepted)
            .add("rejected", rejected)
            .add("receipt", offsets()));
  }

  private int keep(
      JsonObject item, String code, String kind, int index, JsonArrayBuilder rejected) {
    if (code.isEmpty()) {
      boolean kept =
          kind.equals("exposure")
              ? exposureRecords.add(Exposure.of(item))
              : outcomeRecords.add(Outcome.of(item));
      return kept ? 1 : 0;
    }
    rejected.add(
        Json.createObjectBuilder()
            .add("kind", kind)
            .add("index", index)
            .add("id", item.getString("id"))
            .add("code", code)
            .add("detail", "because"));
    return 0;
  }

  private String exposureCode(JsonObject exposure) {
    String key = exposure.getString("experiment");
    if (batchRequests <= batchesUntilKnown || !experiments.containsKey(key)) {
      return "unknown_experiment";
    }
    if (statuses.get(key).equals("draft")) {
      return "experiment_not_started";
    }
    boolean known =
        objects(experiments.get(key), "variants").stream()
            .anyMatch(variant -> variant.getString("key").equals(exposure.getString("variant")));
    return known ? itemCode(exposure) : "unknown_variant";
  }

  private String outcomeCode(JsonObject outcome) {
    BigDecimal value = outcome.getJsonNumber("value").bigDecimalValue();
    if (batchRequests <= batchesUntilKnown || !metrics.containsKey(outcome.getString("metric"))) {
      return "unknown_metric";
    }
    return rejectOutcome.test(outcome) || value.scale() > 6 ? "invalid_value" : itemCode(outcome);
  }

  private static String itemCode(JsonObject item) {
    if (UUID.fromString(item.getString("id")).version() != 8) {
      return "invalid_id";
    }
    Instant.parse(item.getString("time"));
    return item.getString("subject").matches("[A-Za-z0-9_-]{22}") ? "" : "invalid_subject";
  }

  private JsonObjectBuilder offsets() {
    return Json.createObjectBuilder()
        .add("trialog.exposures-0", exposureRecords.size())
        .add("trialog.outcomes-0", outcomeRecords.size());
  }

  private JsonObjectBuilder folded() {
    boolean behind = stuck || resultsUntilFolded-- > 0;
    return behind
        ? Json.createObjectBuilder()
            .add("trialog.exposures-0", stuck ? 0 : exposureRecords.size() - 1 - resultsUntilFolded)
        : offsets();
  }

  /** Sums of the subjects that were in one arm only. */
  private final class Fold {

    private final Map<String, Set<String>> armsOf = new HashMap<>();
    private final Map<String, BigDecimal> totals = new HashMap<>();
    private final Map<String, String> segmentOf = new HashMap<>();
    private int duplicateExposures;
    private int duplicateOutcomes;

    Fold(String experiment, String segment) {
      Set<UUID> ids = new HashSet<>();
      for (Exposure exposure : exposureRecords) {
        if (!exposure.experiment().equals(experiment)) {
          continue;
        }
        if (!ids.add(exposure.id())) {
          duplicateExposures++;
        } else {
          String subject = exposure.subject();
          armsOf.computeIfAbsent(subject, _ -> new TreeSet<>()).add(exposure.variant());
          if (!segment.isEmpty()) {
            segmentOf.putIfAbsent(subject, exposure.segments().get(segment));
          }
        }
      }
      for (Outcome outcome : outcomeRecords) {
        if (ids.add(outcome.id())) {
          totals.merge(outcome.subject(), outcome.value(), BigDecimal::add);
        } else {
          duplicateOutcomes++;
        }
      }
    }

    long twoArms() {
      return armsOf.values().stream().filter(arms -> arms.size() > 1).count();
    }

    List<String> subjects(String variant, Predicate<String> chosen) {
      return armsOf.entrySet().stream()
          .filter(entry -> entry.getValue().equals(Set.of(variant)))
          .map(Map.Entry::getKey)
          .filter(chosen)
          .toList();
    }

    BigDecimal sum(List<String> subjects) {
      return subjects.stream()
          .map(subject -> totals.getOrDefault(subject, BigDecimal.ZERO))
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    JsonArrayBuilder variants(JsonObject experiment, Predicate<String> chosen) {
      JsonArrayBuilder variants = Json.createArrayBuilder();
      for (JsonObject variant : objects(experiment, "variants")) {
        List<String> subjects = subjects(variant.getString("key"), chosen);
        // One sum as an exact string, the others as numbers: both are in the contract.
        JsonObjectBuilder cell =
            Json.createObjectBuilder()
                .add("key", variant.getString("key"))
                .add("n", subjects.size());
        variants.add(
            variant.getString("key").equals(experiment.getString("control"))
                ? cell.add("sum", sum(subjects).toPlainString())
                : cell.add("sum", sum(subjects)));
      }
      return variants;
    }
  }

  private JsonObjectBuilder results(String key, String segment) {
    JsonObject experiment = experiments.get(key);
    Fold fold = new Fold(key, segment);
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("experiment", key)
            .add("status", statuses.get(key))
            .add("assigned_elsewhere", true)
            .add("metrics", Json.createArrayBuilder().add(metric(experiment, fold)))
            .add("srm", Json.createObjectBuilder().add("p", 0.917).add("alarm", false))
            .add("subjects_in_two_arms", fold.twoArms())
            .add("late_events", 0)
            .add(
                "duplicates",
                Json.createObjectBuilder()
                    .add("exposures", fold.duplicateExposures)
                    .add("outcomes", fold.duplicateOutcomes))
            .add(
                "guardrails",
                Json.createArrayBuilder()
                    .add(
                        Json.createObjectBuilder()
                            .add("metric", experiment.getString("primary_metric"))
                            .add("variant", "treatment")
                            .add("state", "WATCH")))
            .add("folded", folded());
    return segment.isEmpty() ? json : json.add("segments", segments(experiment, fold, segment));
  }

  private JsonArrayBuilder segments(JsonObject experiment, Fold fold, String segment) {
    JsonArrayBuilder segments = Json.createArrayBuilder();
    for (String value : new TreeSet<>(fold.segmentOf.values())) {
      segments.add(
          Json.createObjectBuilder()
              .add("name", segment)
              .add("value", value)
              .add("metric", experiment.getString("primary_metric"))
              .add(
                  "variants",
                  fold.variants(experiment, subject -> value.equals(fold.segmentOf.get(subject)))));
    }
    return segments;
  }

  private JsonObjectBuilder metric(JsonObject experiment, Fold fold) {
    JsonArrayBuilder comparisons = Json.createArrayBuilder();
    String control = experiment.getString("control");
    for (JsonObject variant : objects(experiment, "variants")) {
      if (!variant.getString("key").equals(control)) {
        comparisons.add(comparison(fold, variant.getString("key"), control));
      }
    }
    return Json.createObjectBuilder()
        .add("metric", experiment.getString("primary_metric"))
        .add("role", "primary")
        .add("variants", fold.variants(experiment, _ -> true))
        .add("comparisons", comparisons);
  }

  private static JsonObjectBuilder comparison(Fold fold, String variant, String control) {
    JsonObjectBuilder json =
        Json.createObjectBuilder().add("variant", variant).add("against", control);
    BigDecimal mean = mean(fold, control);
    if (mean.signum() == 0) {
      return json.addNull("lift").addNull("interval").add("note", "no outcome in control");
    }
    BigDecimal lift =
        mean(fold, variant).divide(mean, MathContext.DECIMAL64).subtract(BigDecimal.ONE);
    BigDecimal margin = new BigDecimal("0.05");
    return json.add("lift", lift)
        .add(
            "interval",
            Json.createArrayBuilder().add(lift.subtract(margin)).add(lift.add(margin).toString()))
        .add("confidence", 0.95)
        .add("method", "welch_delta");
  }

  private static BigDecimal mean(Fold fold, String variant) {
    List<String> subjects = fold.subjects(variant, _ -> true);
    return subjects.isEmpty()
        ? BigDecimal.ZERO
        : fold.sum(subjects).divide(BigDecimal.valueOf(subjects.size()), MathContext.DECIMAL64);
  }

  private static List<JsonObject> objects(JsonObject json, String member) {
    return json.getJsonArray(member).getValuesAs(JsonObject.class);
  }

  private static JsonObjectBuilder accepted(String status) {
    return Json.createObjectBuilder()
        .add("id", "x")
        .add("revision", 1)
        .add("position", 7)
        .add("status", status);
  }

  private static JsonObjectBuilder problem(String code, String detail) {
    return Json.createObjectBuilder().add("code", code).add("detail", detail);
  }

  private static void answer(HttpExchange exchange, int status, JsonObjectBuilder body) {
    byte[] bytes = body.build().toString().getBytes(UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
