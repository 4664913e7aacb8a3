package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue over HTTP: standard metrics, defaults, exclusion sets, the declarative file. */
class CatalogueTest {
  private static final String DESIRED = "/api/v1/namespaces/acme/food/desired-state";

  /** A flag needs an experiment that needs another flag, so their order matters. */
  private static final String FILE =
      """
      {'metrics':[
         {'metric':'food-per-order','kind':'ratio','direction':'higher_is_better',
          'numerator':'food-value','denominator':'food-orders'},
         {'metric':'food-value','kind':'mean','direction':'higher_is_better','cap':500},
         {'metric':'food-orders','kind':'mean','direction':'higher_is_better'}],
       'guardrail_policy':[{'metric':'food-value','margin':0.01,'critical':true}],
       'exclusion_sets':[{'set':'food-page','surface':'web'}],
       'holdouts':[{'holdout':'food-2027','scope':'namespace','value':'acme/food','share':0.05}],
       'flags':[
         {'flag':'food-last','prerequisites':[
           {'kind':'experiment','key':'food-x','variants':['green']}]},
         {'flag':'food-first','rollout':[{'variant':'on','share':0.5}]}],
       'experiments':[
         {'experiment':'food-x','surface':'web','primary_metric':'food-value',
          'variants':[{'key':'control','share':0.5},{'key':'green','share':0.5}],
          'exclusion_sets':[{'set':'food-page','share':0.1}],
          'prerequisites':[{'kind':'flag','key':'food-first','variants':['on']}]}]}
      """;

  @TempDir static Path folder;

  private static BothSides platform;

  @BeforeAll
  static void start() {
    platform = BothSides.start(folder);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @Test
  void a_namespace_can_begin_with_what_every_team_guards() {
    Api admin = platform.admin();
    long before = platform.head();
    String body = "{'namespace':'acme/taxi','standard_metrics':true}";

    admin.post("/api/v1/namespaces", body).is(201);

    assertThat(platform.typesAfter(before))
        .containsExactly(
            "NamespaceCreated",
            "MetricDefined",
            "MetricDefined",
            "MetricDefined",
            "MetricDefined",
            "MetricDefined",
            "GuardrailPolicySet");
    admin.post("/api/v1/namespaces", body).problem(409, "metric_already_exists");
  }

  @Test
  void a_draft_that_does_not_speak_of_guardrails_gets_those_of_its_namespace() {
    Api admin = platform.admin();
    admin.post("/api/v1/namespaces", "{'namespace':'acme/bike','standard_metrics':true}").is(201);
    String draft =
        "{'experiment':'%s','namespace':'acme/bike','primary_metric':'bike-gmv',%s"
            + "'variants':[{'key':'control','share':0.5},{'key':'b','share':0.5}]}";

    admin.post("/api/v1/experiments", draft.formatted("bike-1", "")).is(201);
    admin.post("/api/v1/experiments", draft.formatted("bike-2", "'guardrails':[],")).is(201);

    assertThat(guardrails("bike-1"))
        .isEqualTo(List.of("bike-error-rate", "bike-gmv", "bike-latency-p50", "bike-latency-p95"));
    assertThat(guardrails("bike-2")).isEmpty();
    admin
        .post(
            "/api/v1/experiments",
            draft.formatted(
                "bike-3", "'guardrails':[{'metric':'bike-latency-p95','critical':true}],"))
        .problem(422, "metric_not_yet_measurable");
  }

  private static List<String> guardrails(String experiment) {
    String path = "/api/v1/experiments/" + experiment + "?min_position=" + platform.head();
    JsonObject answer = platform.admin().get(path).is(200).json();
    return rules(answer).stream().map(rule -> rule.asJsonObject().getString("metric")).toList();
  }

  private static List<JsonValue> rules(JsonObject answer) {
    return answer.containsKey("guardrails")
        ? answer.getJsonArray("guardrails")
        : answer.getJsonObject("design").getJsonArray("guardrails");
  }

  @Test
  void a_metric_that_is_not_computed_is_listed_as_that_and_breaks_nothing() {
    Api admin = platform.admin();
    admin.post("/api/v1/namespaces", "{'namespace':'acme/boat','standard_metrics':true}").is(201);
    admin
        .post(
            "/api/v1/experiments",
            "{'experiment':'boat-1','namespace':'acme/boat','primary_metric':'boat-latency-p95',"
                + "'assigned_elsewhere':true,"
                + "'variants':[{'key':'control','share':0.5},{'key':'b','share':0.5}]}")
        .is(201);
    admin.post("/api/v1/experiments/boat-1/start", "{}").is(200);

    JsonObject results =
        admin
            .get("/api/v1/experiments/boat-1/results?min_position=" + platform.head())
            .is(200)
            .json();

    JsonObject metric = results.getJsonArray("metrics").getJsonObject(0);
    assertThat(metric.getString("note")).isEqualTo("not_computed");
    assertThat(metric.getJsonArray("variants")).isEmpty();
  }

  @Test
  void of_fifty_clients_that_reserve_three_percent_at_once_thirty_three_win() throws Exception {
    FiftyClients.race(platform.admin());
  }

  @Test
  void a_file_is_planned_then_carried_out_and_then_there_is_nothing_to_do() {
    Api admin = platform.admin();
    admin.post("/api/v1/namespaces", "{'namespace':'acme/food'}").is(201);
    long before = platform.head();

    JsonObject plan = admin.put(DESIRED + "?dry_run=true", FILE).is(200).json();

    assertThat(platform.typesAfter(before)).isEmpty();
    assertThat(commands(plan))
        .containsExactly(
            "DefineMetric metric/food-value",
            "DefineMetric metric/food-orders",
            "DefineMetric metric/food-per-order",
            "SetGuardrailPolicy namespace/acme/food",
            "CreateExclusionSet exclusion-set/food-page",
            "CreateHoldout holdout/food-2027",
            "CreateFlag flag/food-first",
            "DraftExperiment experiment/food-x",
            "CreateFlag flag/food-last");

    JsonObject done = admin.put(DESIRED, FILE).is(200).json();

    assertThat(commands(done)).isEqualTo(commands(plan));
    assertThat(platform.typesAfter(before)).hasSize(9);
    assertThat(commands(admin.put(DESIRED, FILE).is(200).json())).isEmpty();
    assertThat(platform.typesAfter(before)).hasSize(9);
    aChangeIsPlannedByItsField(admin);
    aRunningExperimentStaysAsItIs(admin);
    aRefusalStopsTheFileAndSaysWhatWasDone(admin);
  }

  private static void aChangeIsPlannedByItsField(Api admin) {
    String wider = FILE.replace("'variant':'on','share':0.5", "'variant':'on','share':0.75");

    JsonObject plan = admin.put(DESIRED + "?dry_run=true", wider).is(200).json();

    assertThat(commands(plan)).containsExactly("ReviseFlag flag/food-first");
    JsonObject change =
        plan.getJsonArray("steps").getJsonObject(0).getJsonArray("changes").getJsonObject(0);
    assertThat(change.getString("field")).isEqualTo("rollout");
    assertThat(change.get("from").toString()).contains("\"0.5\"");
    assertThat(change.get("to").toString()).contains("\"0.75\"");
  }

  private static void aRunningExperimentStaysAsItIs(Api admin) {
    platform
        .as("experimenter", "acme/food")
        .post("/api/v1/experiments/food-x/submit", "{}")
        .is(200);
    platform.as("approver", "acme/food").post("/api/v1/experiments/food-x/approve", "{}").is(200);
    admin.post("/api/v1/experiments/food-x/start", "{'traffic':0.1}").is(200);
    String other = FILE.replace("'experiment':'food-x',", "'experiment':'food-x','title':'Other',");

    JsonObject plan = admin.put(DESIRED, other).is(200).json();

    assertThat(commands(plan)).isEmpty();
    JsonObject fixed = plan.getJsonArray("not_changeable").getJsonObject(0);
    assertThat(fixed.getString("stream")).isEqualTo("experiment/food-x");
    assertThat(fixed.getJsonArray("changes").getJsonObject(0).getString("field"))
        .isEqualTo("title");
  }

  /** One step is done, the next needs more than an experimenter; a retry goes on from there. */
  private static void aRefusalStopsTheFileAndSaysWhatWasDone(Api admin) {
    String more =
        "{'metrics':[{'metric':'food-more','kind':'mean','direction':'higher_is_better'}],"
            + "'guardrail_policy':[]}";
    long before = platform.head();

    JsonObject problem =
        platform
            .as("experimenter", "acme/food")
            .put(DESIRED, more)
            .problem(403, "access_denied")
            .json();

    assertThat(problem.getInt("refused_step")).isEqualTo(1);
    assertThat(platform.typesAfter(before)).containsExactly("MetricDefined", "AccessDenied");
    assertThat(commands(admin.put(DESIRED, more).is(200).json()))
        .containsExactly("SetGuardrailPolicy namespace/acme/food");
  }

  @Test
  void a_file_names_its_own_namespace_and_each_thing_once() {
    Api admin = platform.admin();
    admin.post("/api/v1/namespaces", "{'namespace':'acme/walk'}").is(201);
    String desired = "/api/v1/namespaces/acme/walk/desired-state";

    admin
        .put(desired, "{'flags':[{'flag':'a','namespace':'acme/else'}]}")
        .problem(400, "invalid_value");
    admin.put(desired, "{'flags':[{'flag':'a'},{'flag':'a'}]}").problem(400, "invalid_value");
    admin.put(desired, "{'flags':[{'flag':'a','colour':'red'}]}").problem(400, "invalid_value");
    admin.put(desired + "?dry_run=perhaps", "{}").problem(400, "invalid_value");
    admin.put("/api/v1/namespaces/no/where/desired-state", "{}").problem(422, "unknown_reference");
  }

  private static List<String> commands(JsonObject plan) {
    return plan.getJsonArray("steps").stream()
        .map(JsonValue::asJsonObject)
        .map(step -> step.getString("command") + " " + step.getString("stream"))
        .toList();
  }
}
