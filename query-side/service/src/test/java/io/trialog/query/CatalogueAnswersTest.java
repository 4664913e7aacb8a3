package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.MetricFormula;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.Role;
import io.trialog.language.SlotSpan;
import io.trialog.language.Targeting;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What experiments refer to, as it stands. */
class CatalogueAnswersTest {
  private static TestApp app;
  private static String viewer;
  private static String cook;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, CatalogueAnswersTest::tell);
    viewer = app.token(Role.VIEWER);
    cook = app.token(Role.VIEWER, "acme/food");
    get("/namespaces?min_position=" + app.log.head(), viewer);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static void tell(Story story) {
    story.everything();
    story.as("root", "set up").say(new NamespaceCreated("acme/food", "Food"));
    story.say(new EnvironmentCreated("production", "Production"));
    story.say(new EnvironmentCreated("staging", "Staging"));
    story.as("ada", "fire").say(new KillSwitchEngaged("staging"));
    story.as("ben", "it is out").say(new KillSwitchReleaseProposed("staging"));
    sets(story);
    holdouts(story);
    flags(story);
    policies(story);
    story.say(
        new MetricDefined(
            new MetricDefinition(
                "slow",
                "acme/rides",
                "Slow",
                MetricDefinition.Kind.QUANTILE,
                MetricDefinition.Direction.LOWER_IS_BETTER,
                null,
                null,
                "ms",
                MetricFormula.quantile("orders", new BigDecimal("0.95"), null))));
  }

  private static void sets(Story story) {
    story.say(
        new ExclusionSetCreated(
            "page", "acme/rides", "production", "checkout", "user_id", "Checkout page"));
    story.say(
        new ExclusionSetCreated("menu", "acme/food", "production", "menu", "user_id", "Menu"));
    story
        .as("ada", "soon")
        .say(new SlotsReserved("page", "surge_price", List.of(new SlotSpan(0, 300)), true, null));
    story.say(
        new SlotsReserved(
            "page",
            "elsewhere",
            List.of(new SlotSpan(400, 500), new SlotSpan(1_000, 2_000)),
            false,
            null));
    story.say(new SlotsReserved("page", "gone", List.of(new SlotSpan(5_000, 6_000)), false, null));
    story.say(new SlotsReleased("page", "gone", List.of(new SlotSpan(5_000, 6_000))));
  }

  private static void holdouts(Story story) {
    story.say(new HoldoutCreated(holdout("all", HoldoutDefinition.Scope.GLOBAL, null)));
    story.say(
        new HoldoutCreated(holdout("rides", HoldoutDefinition.Scope.NAMESPACE, "acme/rides")));
    story.as("ada", "measured").say(new HoldoutEnded("rides"));
  }

  private static HoldoutDefinition holdout(
      String key, HoldoutDefinition.Scope scope, String value) {
    return new HoldoutDefinition(
        key, scope, value, "production", "user_id", new BigDecimal("0.05"), key);
  }

  private static void flags(Story story) {
    story.say(
        new FlagCreated(
            new FlagDefinition(
                "fast",
                "acme/rides",
                "production",
                "Fast",
                FlagDefinition.Type.NUMBER,
                "user_id",
                null,
                List.of(
                    new FlagDefinition.Variant("one", "1"),
                    new FlagDefinition.Variant("two", "2.5")),
                "one",
                List.of(
                    new FlagDefinition.Rule(
                        Targeting.EVERYBODY,
                        List.of(new FlagDefinition.RolloutShare("two", new BigDecimal("0.25"))))),
                List.of(),
                List.of())));
    story.as("ada", "go").say(new FlagEnabled("fast"));
  }

  private static void policies(Story story) {
    ApprovalPolicy two =
        new ApprovalPolicy(2, List.of("ben", "cyd"), 24, 12, List.of(ChangeKind.RAMP));
    ApprovalPolicy three = new ApprovalPolicy(3, List.of(), 24, 12, List.of());
    story.say(new ApprovalPolicyProposed("acme/rides", two));
    story.as("ben", "safer").say(new ApprovalPolicySet("acme/rides", ApprovalPolicy.DEFAULT, two));
    story.as("ada", "safer still").say(new ApprovalPolicyProposed("acme/rides", three));
    story.say(
        new GuardrailPolicySet(
            "acme/rides",
            List.of(new Design.GuardrailRule("orders", new BigDecimal("0.01"), true))));
  }

  private static TestApp.Answer get(String path, String token, String... headers) {
    return app.get("/api/v1" + path, token, headers);
  }

  private static JsonObject read(String path) {
    TestApp.Answer answer = get(path, viewer);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> keys(TestApp.Answer answer, String list, String key) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().getJsonArray(list).getValuesAs(JsonObject.class).stream()
        .map(each -> each.getString(key))
        .toList();
  }

  @Test
  void an_exclusion_set_shows_who_owns_what_and_what_is_free() {
    JsonObject set = read("/exclusion-sets/page");
    assertThat(set.getInt("owned_slots")).isEqualTo(1_400);
    assertThat(set.getInt("free_slots")).isEqualTo(8_600);
    assertThat(set.getJsonNumber("free_share").bigDecimalValue()).isEqualByComparingTo("0.86");
    assertThat(set.getJsonObject("largest_free_range").toString())
        .isEqualTo("{\"from\":2000,\"to\":10000,\"slots\":8000}");
    assertThat(set.getJsonArray("free_ranges").getJsonObject(0).toString())
        .isEqualTo("{\"from\":300,\"to\":400,\"slots\":100}");
    assertThat(set.getJsonArray("free_ranges")).hasSize(3);
    assertThat(set.getJsonArray("reservations")).hasSize(2);
    JsonObject stranger = set.getJsonArray("reservations").getJsonObject(0);
    assertThat(stranger.getString("experiment")).isEqualTo("elsewhere");
    assertThat(stranger).doesNotContainKey("experiment_status");
    assertThat(stranger.getInt("slots")).isEqualTo(1_100);
    JsonObject known = set.getJsonArray("reservations").getJsonObject(1);
    assertThat(known.getString("experiment_status")).isEqualTo("killed");
    assertThat(known.getBoolean("planned")).isTrue();
    assertThat(known.getJsonNumber("share").bigDecimalValue()).isEqualByComparingTo("0.03");
    assertThat(known.getJsonObject("reserved").getString("reason")).isEqualTo("soon");
  }

  @Test
  void exclusion_sets_are_listed_by_namespace() {
    assertThat(keys(get("/exclusion-sets", viewer), "exclusion_sets", "set"))
        .containsExactly("menu", "page");
    assertThat(keys(get("/exclusion-sets?namespace=acme/food", viewer), "exclusion_sets", "set"))
        .containsExactly("menu");
    assertThat(keys(get("/exclusion-sets", cook), "exclusion_sets", "set")).containsExactly("menu");
    assertThat(read("/exclusion-sets").getJsonArray("exclusion_sets").getJsonObject(0))
        .doesNotContainKeys("reservations");
  }

  @Test
  void a_holdout_of_a_namespace_is_for_its_readers() {
    assertThat(keys(get("/holdouts", viewer), "holdouts", "holdout"))
        .containsExactly("all", "rides");
    assertThat(keys(get("/holdouts", cook), "holdouts", "holdout")).containsExactly("all");
    assertThat(get("/holdouts/rides", cook).status()).isEqualTo(403);
    JsonObject ended = read("/holdouts/rides");
    assertThat(ended.getString("status")).isEqualTo("ended");
    assertThat(ended.getString("scope")).isEqualTo("namespace");
    assertThat(ended.getInt("slots")).isEqualTo(500);
    assertThat(ended.getJsonObject("ended").getString("reason")).isEqualTo("measured");
    assertThat(read("/holdouts/all").getString("status")).isEqualTo("active");
  }

  @Test
  void a_flag_shows_its_values_as_what_they_are() {
    JsonObject flag = read("/flags/fast");
    assertThat(flag.getString("status")).isEqualTo("enabled");
    assertThat(flag.getInt("revision")).isEqualTo(1);
    assertThat(flag.getJsonArray("variants").getJsonObject(1).getJsonNumber("value").doubleValue())
        .isEqualTo(2.5);
    JsonObject rule = flag.getJsonArray("rules").getJsonObject(0);
    assertThat(rule.getJsonArray("rollout").getJsonObject(0).getString("variant")).isEqualTo("two");
    assertThat(flag.getJsonObject("last_event").getString("reason")).isEqualTo("go");
    assertThat(keys(get("/flags", viewer), "flags", "flag")).containsExactly("fast");
    assertThat(keys(get("/flags", cook), "flags", "flag")).isEmpty();
    assertThat(get("/flags?namespace=acme/rides", cook).status()).isEqualTo(403);
    assertThat(get("/flags/fast", cook).status()).isEqualTo(403);
  }

  @Test
  void an_environment_shows_its_kill_switch() {
    JsonObject staging = read("/environments/staging").getJsonObject("kill_switch");
    assertThat(staging.getString("state")).isEqualTo("release_proposed");
    assertThat(staging.getJsonObject("engaged").getString("reason")).isEqualTo("fire");
    assertThat(staging.getJsonObject("release_proposed").getString("reason"))
        .isEqualTo("it is out");
    JsonObject production = read("/environments/production");
    assertThat(production.getJsonObject("kill_switch").getString("state")).isEqualTo("released");
    assertThat(keys(get("/environments", cook), "environments", "environment"))
        .containsExactly("production", "staging");
  }

  @Test
  void a_namespace_shows_its_policies_and_the_one_that_waits() {
    JsonObject rides = read("/namespaces/acme/rides");
    JsonObject policy = rides.getJsonObject("approval_policy");
    assertThat(policy.getInt("required")).isEqualTo(2);
    assertThat(policy.getJsonArray("approvers").toString()).isEqualTo("[\"ben\",\"cyd\"]");
    assertThat(policy.getJsonArray("approvals_for").toString()).contains("ramp", "start");
    assertThat(policy.getJsonObject("set").getString("reason")).isEqualTo("safer");
    JsonObject proposed = rides.getJsonObject("proposed_approval_policy");
    assertThat(proposed.getInt("required")).isEqualTo(3);
    assertThat(proposed.getJsonObject("set").getJsonObject("actor").getString("id"))
        .isEqualTo("ada");
    assertThat(
            rides
                .getJsonObject("guardrail_policy")
                .getJsonArray("guardrails")
                .getJsonObject(0)
                .getBoolean("critical"))
        .isTrue();
    assertThat(get("/namespaces/acme/rides", cook).status()).isEqualTo(403);
  }

  @Test
  void a_metric_says_how_it_is_made_and_whether_it_is_computed() {
    JsonObject slow = read("/metrics/slow");
    assertThat(slow.getString("kind")).isEqualTo("quantile");
    assertThat(slow.getString("of")).isEqualTo("orders");
    assertThat(slow.getBoolean("computed")).isFalse();
    assertThat(slow.getString("unit")).isEqualTo("ms");
    assertThat(read("/metrics/orders").getBoolean("computed")).isTrue();
    assertThat(get("/metrics/orders", cook).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/exclusion-sets/page",
        "/holdouts/rides",
        "/flags/fast",
        "/environments/staging",
        "/namespaces/acme/rides",
        "/metrics/slow"
      })
  void who_has_the_newest_version_gets_304(String path) {
    String tag = get(path, viewer).header("ETag");
    assertThat(tag).startsWith("\"");
    assertThat(get(path, viewer, "If-None-Match", tag).status()).isEqualTo(304);
    assertThat(get(path, viewer, "If-None-Match", "\"x\"").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/exclusion-sets/none, exclusion_set_not_found",
        "/holdouts/none, holdout_not_found",
        "/flags/none, flag_not_found",
        "/environments/none, environment_not_found",
        "/namespaces/acme/none, namespace_not_found",
        "/metrics/none, metric_not_found"
      })
  void what_does_not_exist_is_not_found(String row) {
    String[] cells = row.split(", ", -1);
    TestApp.Answer answer = get(cells[0], viewer);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo(cells[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/exclusion-sets", "/holdouts", "/flags", "/environments", "/metrics", "/reviews"})
  void lists_have_a_position_and_refuse_strangers_and_unknown_parameters(String path) {
    assertThat(read(path).getJsonNumber("position").longValue()).isPositive();
    assertThat(get(path, "").status()).isEqualTo(401);
    assertThat(get(path, app.token(Role.SDK)).status()).isEqualTo(403);
    assertThat(get(path + "?colour=red", viewer).status()).isEqualTo(400);
    assertThat(get(path + "?limit=0", viewer).status()).isEqualTo(400);
  }
}
