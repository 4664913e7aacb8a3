package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes sure that namespace, metric and experiment exist and that the experiment has started. What
 * exists already stays as it is, and must fit the file.
 */
final class Setup {

  private static final JsonProvider JSON = Json.PROVIDER;
  private static final String EXPERIMENTS = "/api/v1/experiments";
  private static final String METRICS = "/api/v1/metrics";
  private static final String NAMESPACES = "/api/v1/namespaces";
  private static final Set<String> BEFORE_START = Set.of("draft", "in_review", "approved");
  private static final int READS_UNTIL_VISIBLE = 10;
  private static final Duration BETWEEN_READS = Duration.ofMillis(500);

  private final Platform platform;
  private final Plan plan;
  private final Plan.Target target;
  private final Survey survey;
  private final Arms arms;
  private final Waits waits;

  Setup(Platform platform, Plan plan, Survey survey, Arms arms, Waits waits) {
    this.platform = platform;
    this.plan = plan;
    target = plan.target();
    this.survey = survey;
    this.arms = arms;
    this.waits = waits;
  }

  /**
   * @return whether the experiment is new, so that the platform cannot have seen any row of it
   */
  boolean prepare() throws ReplayFailure, InterruptedException {
    namespace();
    metric();
    Optional<JsonObject> existing = experiment();
    boolean created = existing.isEmpty() && create(EXPERIMENTS, newExperiment());
    if (created) {
      start();
      return true;
    }
    JsonObject experiment = existing.isPresent() ? existing.get() : visibleExperiment();
    check(experiment);
    if (BEFORE_START.contains(status(experiment))) {
      start();
    }
    return false;
  }

  private void namespace() throws ReplayFailure, InterruptedException {
    if (listed(NAMESPACES, "namespace", target.namespace()).isEmpty()) {
      create(NAMESPACES, newNamespace());
    }
  }

  private void metric() throws ReplayFailure, InterruptedException {
    Optional<JsonObject> existing = listed(METRICS, "metric", target.metric());
    if (existing.isEmpty() && create(METRICS, newMetric())) {
      return;
    }
    Optional<JsonObject> metric =
        existing.isPresent() ? existing : listed(METRICS, "metric", target.metric());
    Optional<String> kind = metric.flatMap(found -> Json.text(found, "kind"));
    if (kind.equals(Optional.of("proportion")) && !survey.proportion()) {
      throw ReplayFailure.failed(
          "metric \"%s\" exists as a proportion, but column \"%s\" has values other than 0 and 1; choose another --metric"
              .formatted(target.metric(), plan.columns().outcome()));
    }
  }

  /** Lists may be cut off, so what is not listed may still exist. */
  private Optional<JsonObject> listed(String path, String member, String key)
      throws ReplayFailure, InterruptedException {
    Platform.Answer answer = platform.get(path);
    return Json.objects(answer.list()).stream()
        .filter(item ->
            Json.text(item, member).or(() -> Json.text(item, "key")).stream().anyMatch(key::equals))
        .findFirst();
  }

  /**
   * @return false when somebody created it before
   */
  private boolean create(String path, JsonObject body) throws ReplayFailure, InterruptedException {
    Platform.Answer answer = platform.post(path, bytes(body));
    if (answer.ok()) {
      return true;
    }
    if (answer.status() == 409 || answer.code().endsWith("_taken")) {
      return false;
    }
    throw ReplayFailure.failed("%s was refused: %s".formatted(path, answer.problem()));
  }

  private Optional<JsonObject> experiment() throws ReplayFailure, InterruptedException {
    Platform.Answer answer = platform.get(experimentPath());
    if (answer.ok()) {
      return Optional.of(answer.body());
    }
    if (answer.status() == 404) {
      return Optional.empty();
    }
    throw ReplayFailure.failed(
        "experiment \"%s\" cannot be read: %s".formatted(target.experiment(), answer.problem()));
  }

  /** The command side knows the experiment; the query side may need a moment more. */
  private JsonObject visibleExperiment() throws ReplayFailure, InterruptedException {
    for (int read = 0; read < READS_UNTIL_VISIBLE; read++) {
      Optional<JsonObject> found = experiment();
      if (found.isPresent()) {
        return found.get();
      }
      waits.pause(BETWEEN_READS);
    }
    throw ReplayFailure.failed(
        "experiment \"%s\" is said to exist, but cannot be read".formatted(target.experiment()));
  }

  private void start() throws ReplayFailure, InterruptedException {
    JsonObject body =
        JSON.createObjectBuilder().add("traffic", BigDecimal.ONE).add("reason", reason()).build();
    Platform.Answer answer = platform.post(experimentPath() + "/start", bytes(body));
    boolean started = answer.ok() || experiment().map(this::hasStarted).orElse(false);
    if (!started) {
      throw ReplayFailure.failed(
          "experiment \"%s\" could not be started: %s"
              .formatted(target.experiment(), answer.problem()));
    }
  }

  private boolean hasStarted(JsonObject experiment) {
    return !BEFORE_START.contains(status(experiment));
  }

  private static String status(JsonObject experiment) {
    return Json.text(experiment, "status").orElse("");
  }

  /** What the platform does not tell is not held against it. */
  private void check(JsonObject experiment) throws ReplayFailure {
    if (JsonValue.FALSE.equals(experiment.get("assigned_elsewhere"))) {
      throw incompatible("the platform itself assigns its subjects (assigned_elsewhere is false)");
    }
    same(experiment, "environment", target.environment());
    same(experiment, "unit", target.unit());
    same(experiment, "control", arms.control());
    checkVariants(experiment);
    checkMetric(experiment);
  }

  private void same(JsonObject experiment, String member, String expected) throws ReplayFailure {
    String found = Json.text(experiment, member).orElse(expected);
    if (!found.equals(expected)) {
      throw incompatible(
          "its %s is \"%s\", the replay has \"%s\"".formatted(member, found, expected));
    }
  }

  private void checkVariants(JsonObject experiment) throws ReplayFailure {
    Set<String> existing = new TreeSet<>();
    Json.objects(experiment, "variants")
        .forEach(variant -> Json.text(variant, "key").ifPresent(existing::add));
    if (!existing.isEmpty() && !existing.containsAll(arms.shares().keySet())) {
      throw incompatible(
          "its variants are %s, the file has %s".formatted(existing, arms.shares().keySet()));
    }
  }

  private void checkMetric(JsonObject experiment) throws ReplayFailure {
    Set<String> measured = new TreeSet<>();
    Json.text(experiment, "primary_metric").ifPresent(measured::add);
    if (experiment.get("secondary_metrics") instanceof JsonArray secondary) {
      secondary.stream()
          .filter(JsonString.class::isInstance)
          .forEach(metric -> measured.add(((JsonString) metric).getString()));
    }
    Json.objects(experiment, "guardrails")
        .forEach(guardrail -> Json.text(guardrail, "metric").ifPresent(measured::add));
    if (!measured.isEmpty() && !measured.contains(target.metric())) {
      throw incompatible(
          "it measures %s, not \"%s\" (see --metric)".formatted(measured, target.metric()));
    }
  }

  private ReplayFailure incompatible(String why) {
    return ReplayFailure.failed(
        "experiment \"%s\" exists and does not fit: %s; choose another --experiment"
            .formatted(target.experiment(), why));
  }

  private JsonObject newNamespace() {
    return JSON.createObjectBuilder()
        .add("namespace", target.namespace())
        .add("title", "Replayed experiments")
        .add("reason", reason())
        .build();
  }

  private JsonObject newMetric() {
    return JSON.createObjectBuilder()
        .add("metric", target.metric())
        .add("namespace", target.namespace())
        .add("title", plan.columns().outcome())
        .add("kind", survey.proportion() ? "proportion" : "mean")
        .add("direction", target.lowerIsBetter() ? "lower_is_better" : "higher_is_better")
        .add("reason", reason())
        .build();
  }

  private JsonObject newExperiment() {
    JsonObjectBuilder experiment =
        JSON.createObjectBuilder()
            .add("experiment", target.experiment())
            .add("namespace", target.namespace())
            .add("environment", target.environment())
            .add("title", "Replay of " + plan.file().getFileName())
            .add("hypothesis", "A finished experiment, assigned elsewhere, measured again here")
            .add("unit", target.unit())
            .add("surface", Batch.SURFACE)
            .add("control", arms.control())
            .add("variants", variants())
            .add("targeting", JsonValue.EMPTY_JSON_ARRAY)
            .add("primary_metric", target.metric())
            .add("secondary_metrics", JsonValue.EMPTY_JSON_ARRAY)
            .add("guardrails", guardrails())
            .add("planned_subjects", survey.rows())
            .add("assigned_elsewhere", true)
            .add("reason", reason());
    return experiment.build();
  }

  private JsonArrayBuilder variants() {
    JsonArrayBuilder variants = JSON.createArrayBuilder();
    arms.shares()
        .forEach((key, share) ->
            variants.add(JSON.createObjectBuilder().add("key", key).add("share", share)));
    return variants;
  }

  private JsonArrayBuilder guardrails() {
    JsonArrayBuilder guardrails = JSON.createArrayBuilder();
    for (String metric : target.guardrail() ? List.of(target.metric()) : List.<String>of()) {
      guardrails.add(JSON.createObjectBuilder().add("metric", metric).add("margin", 0));
    }
    return guardrails;
  }

  private String reason() {
    return "replay of " + plan.file().getFileName();
  }

  private String experimentPath() {
    return EXPERIMENTS + "/" + target.experiment();
  }

  private static byte[] bytes(JsonObject body) {
    return body.toString().getBytes(UTF_8);
  }
}
