package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.Role;
import io.trialog.language.SlotRange;
import io.trialog.language.Targeting;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OFREP as its OpenAPI says, and clause 14 of the protocol. */
class OfrepAnswersTest {
  private static final String ONE = "/ofrep/v1/evaluate/flags/";
  private static final String ALL = "/ofrep/v1/evaluate/flags";
  private static final String ADA = "{\"context\":{\"targetingKey\":\"ada\"}}";

  private TestApp app;
  private String sdk;

  @BeforeEach
  void start(@TempDir Path folder) {
    app = TestApp.start(folder, OfrepAnswersTest::tell);
    sdk = app.token(Role.SDK);
    settle();
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private static void tell(Story story) {
    start(story, "checkout", Story.slots(1_000_000));
    start(story, "nobody-yet", List.of());
    start(story, "both", Story.slots(1_000_000));
    flag(story, flag("both", FlagDefinition.Type.BOOLEAN, "true", List.of()));
    flag(story, flag("yes", FlagDefinition.Type.BOOLEAN, "true", List.of()));
    flag(story, flag("hello", FlagDefinition.Type.TEXT, "\"hi\"", List.of()));
    flag(story, flag("ten", FlagDefinition.Type.NUMBER, "10", List.of()));
    flag(story, flag("half", FlagDefinition.Type.NUMBER, "0.5", List.of()));
    flag(story, flag("page", FlagDefinition.Type.JSON, "{\"a\":[1,null,\"x\"]}", List.of()));
    flag(story, flag("nothing", FlagDefinition.Type.JSON, "null", List.of()));
    flag(story, flag("inside", FlagDefinition.Type.TEXT, "\"INTERNAL\"", List.of(forStaff())));
    flag(story, split());
  }

  private static void start(Story story, String key, List<SlotRange> slots) {
    story.say(new ExperimentDrafted(key, Story.design(key)));
    story.say(new ExperimentStarted(key, 1_000_000, 0, slots, null, null));
  }

  private static void flag(Story story, FlagDefinition flag) {
    story.say(new FlagCreated(flag));
    story.say(new FlagEnabled(flag.flag()));
  }

  private static FlagDefinition.Rule forStaff() {
    return new FlagDefinition.Rule(
        new Targeting.All(
            List.of(Targeting.Condition.onText("role", Targeting.Operator.IN, List.of("staff")))),
        List.of(new FlagDefinition.RolloutShare("given", BigDecimal.ONE)));
  }

  /** Given to everybody, or by its rules alone. */
  private static FlagDefinition flag(
      String key, FlagDefinition.Type type, String value, List<FlagDefinition.Rule> rules) {
    String off =
        switch (type) {
          case BOOLEAN -> "false";
          case TEXT -> "\"EXTERNAL\"";
          case NUMBER -> "0";
          case JSON -> "{}";
        };
    return new FlagDefinition(
        key,
        "acme/rides",
        "production",
        key,
        type,
        "user_id",
        null,
        List.of(new FlagDefinition.Variant("given", value), new FlagDefinition.Variant("off", off)),
        "off",
        rules,
        rules.isEmpty()
            ? List.of(new FlagDefinition.RolloutShare("given", BigDecimal.ONE))
            : List.of(),
        List.of());
  }

  private static FlagDefinition split() {
    FlagDefinition whole = flag("split", FlagDefinition.Type.BOOLEAN, "true", List.of());
    return new FlagDefinition(
        whole.flag(),
        whole.namespace(),
        whole.environment(),
        whole.title(),
        whole.type(),
        whole.unit(),
        null,
        whole.variants(),
        whole.offVariant(),
        List.of(),
        List.of(new FlagDefinition.RolloutShare("given", new BigDecimal("0.5"))),
        List.of());
  }

  /** Waits until the newest snapshot has everything. */
  private Snapshot settle() {
    String note =
        app.get("/api/v1/snapshots/production?min_position=" + app.log.head(), sdk).text();
    try {
      return SnapshotReader.parse(note.substring(0, note.indexOf('\n')));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private TestApp.Answer one(String key, String body) {
    return app.post(ONE + key, sdk, body);
  }

  private static String context(String members) {
    return "{\"context\":{" + members.replace('\'', '"') + "}}";
  }

  private long counted(String name) {
    return app.get("/health", "").json().getJsonObject("counters").getJsonNumber(name).longValue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yes|true|given|STATIC",
        "hello|\"hi\"|given|STATIC",
        "ten|10|given|STATIC",
        "half|0.5|given|STATIC",
        "page|{\"a\":[1,null,\"x\"]}|given|STATIC",
        "inside|\"EXTERNAL\"|off|DEFAULT",
      })
  void clause_14_3_a_flag_answers_with_its_value_variant_and_reason(
      String key, String value, String variant, String reason) {
    TestApp.Answer answer = one(key, ADA);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    JsonObject json = answer.json();
    assertThat(json.getString("key")).isEqualTo(key);
    assertThat(json.get("value").toString()).isEqualTo(value);
    assertThat(json.getString("variant")).isEqualTo(variant);
    assertThat(json.getString("reason")).isEqualTo(reason);
    JsonObject metadata = json.getJsonObject("metadata");
    assertThat(metadata.getString("reason")).isEqualTo("DEFAULT");
    assertThat(metadata.getString("kind")).isEqualTo("flag");
    assertThat(metadata.getInt("position")).isEqualTo((int) app.log.head());
  }

  @Test
  void clause_14_3_a_value_of_null_is_the_defaults_of_the_code() {
    assertThat(one("nothing", ADA).json()).doesNotContainKey("value").containsKey("variant");
  }

  @Test
  void clause_14_4_a_rule_is_a_targeting_match_and_a_slot_a_split() {
    JsonObject inside = one("inside", context("'targetingKey':'ada','role':'staff'")).json();
    assertThat(inside.getString("value")).isEqualTo("INTERNAL");
    assertThat(inside.getString("reason")).isEqualTo("TARGETING_MATCH");
    assertThat(inside.getJsonObject("metadata").getString("reason")).isEqualTo("RULE_MATCH");
    assertThat(one("split", ADA).json().getString("reason")).isEqualTo("SPLIT");
  }

  @Test
  void clause_14_3_an_experiment_answers_with_the_payload_or_else_the_key_of_the_variant() {
    Snapshot snapshot = settle();
    for (int i = 0; i < 40; i++) {
      String user = "user-" + i;
      Decision decision =
          Evaluator.evaluate(snapshot, "checkout", Context.of("user_id", user), "control");
      JsonObject json = one("checkout", ADA.replace("ada", user)).json();
      assertThat(json.getString("variant")).isEqualTo(decision.variant());
      assertThat(json.get("value").toString())
          .isEqualTo(decision.variant().equals("green") ? "{\"color\":\"green\"}" : "\"control\"");
      assertThat(json.getString("reason")).isEqualTo("SPLIT");
      JsonObject metadata = json.getJsonObject("metadata");
      assertThat(metadata.getString("reason")).isEqualTo("ASSIGNED");
      assertThat(metadata.getString("experiment")).isEqualTo("checkout");
      assertThat(metadata.getInt("epoch")).isZero();
      assertThat(metadata.getInt("position")).isEqualTo((int) snapshot.position());
    }
  }

  @Test
  void clause_14_5_whoever_is_not_assigned_gets_the_value_of_control() {
    JsonObject outside = one("nobody-yet", ADA).json();
    assertThat(outside.getString("value")).isEqualTo("control");
    assertThat(outside.getString("reason")).isEqualTo("DEFAULT");
    assertThat(outside.getJsonObject("metadata").getString("reason")).isEqualTo("NOT_ENROLLED");
    JsonObject germany = one("checkout", context("'targetingKey':'ada','country':'DE'")).json();
    assertThat(germany.getJsonObject("metadata").getString("reason")).isEqualTo("NOT_TARGETED");
    app.story.say(new ExperimentPaused("nobody-yet"));
    app.story.say(new ExperimentKilled("checkout", null, null));
    app.story.say(new FlagKilled("yes"));
    settle();
    for (String key : List.of("nobody-yet", "checkout")) {
      JsonObject stopped = one(key, ADA).json();
      assertThat(stopped.getString("value")).isEqualTo("control");
      assertThat(stopped.getString("reason")).isEqualTo("DISABLED");
    }
    assertThat(one("yes", ADA).json().getBoolean("value")).isFalse();
    app.story.say(new EnvironmentCreated("production", "Production"));
    app.story.say(new KillSwitchEngaged("production"));
    settle();
    assertThat(one("nobody-yet", ADA).json().getJsonObject("metadata").getString("reason"))
        .isEqualTo("GLOBAL_KILL");
  }

  @Test
  void clause_14_1_a_flag_comes_before_an_experiment_of_the_same_key() {
    assertThat(one("both", ADA).json().get("value")).isEqualTo(JsonValue.TRUE);
  }

  @Test
  void clause_14_2_an_attribute_of_the_unit_comes_before_the_targeting_key() {
    List<String> users = IntStream.range(0, 30).mapToObj(i -> "user-" + i).toList();
    assertThat(
            users.stream()
                .map(user -> one("checkout", context("'user_id':'" + user + "'")).json())
                .toList())
        .isEqualTo(
            users.stream()
                .map(user -> context("'targetingKey':'ada','user_id':'" + user + "'"))
                .map(body -> one("checkout", body).json())
                .toList())
        .isEqualTo(
            users.stream().map(user -> one("checkout", ADA.replace("ada", user)).json()).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"context\":{}}", "{\"context\":{\"country\":\"at\"}}"})
  void clause_14_6_without_a_unit_an_experiment_is_an_error_and_a_flag_for_all_is_none(
      String body) {
    TestApp.Answer answer = one("checkout", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().keySet())
        .containsExactlyInAnyOrder("key", "errorCode", "errorDetails");
    assertThat(answer.json().getString("key")).isEqualTo("checkout");
    assertThat(answer.json().getString("errorCode")).isEqualTo("TARGETING_KEY_MISSING");
    assertThat(one("split", body).json().getString("errorCode")).isEqualTo("TARGETING_KEY_MISSING");
    assertThat(one("yes", body).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|PARSE_ERROR",
        "[]|PARSE_ERROR",
        "nonsense|PARSE_ERROR",
        "{\"context\":{},\"context\":{}}|PARSE_ERROR",
        "{\"context\":7}|INVALID_CONTEXT",
        "{\"context\":[]}|INVALID_CONTEXT",
        "{\"context\":{\"targetingKey\":7}}|INVALID_CONTEXT",
      })
  void what_cannot_be_read_is_an_error_of_ofrep(String body, String code) {
    for (String path : List.of(ONE + "yes", ALL)) {
      TestApp.Answer answer = app.post(path, sdk, body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.header("Content-Type")).isEqualTo("application/json");
      assertThat(answer.json().getString("errorCode")).isEqualTo(code);
      assertThat(answer.json().containsKey("key")).isEqualTo(path.endsWith("yes"));
    }
  }

  @Test
  void a_context_of_too_many_attributes_is_invalid() {
    String many =
        IntStream.range(0, 1_001)
            .mapToObj(i -> "'a" + i + "':" + i)
            .collect(Collectors.joining(","));
    assertThat(one("yes", context(many)).json().getString("errorCode"))
        .isEqualTo("INVALID_CONTEXT");
  }

  @Test
  void attributes_that_no_condition_can_look_at_are_passed_over() {
    String strange =
        "'targetingKey':'ada','a':{'b':{'c':1}},'d':[1,'x'],'e':null,'f':1e999999999,'g':[],"
            + "'h':-0.5,'role':'staff'";
    String body = context(strange).replaceFirst("\\{", "{\"later\":{\"member\":1},");
    assertThat(one("inside", body).json().getString("value")).isEqualTo("INTERNAL");
  }

  @Test
  void an_unknown_key_is_not_found() {
    for (String key : List.of("no-such", "NO", "%20", "a%2Cb")) {
      TestApp.Answer answer = one(key, ADA);
      assertThat(answer.status()).as(key).isEqualTo(404);
      assertThat(answer.json().getString("errorCode")).isEqualTo("FLAG_NOT_FOUND");
    }
    assertThat(one("no-such", ADA).json().getString("key")).isEqualTo("no-such");
  }

  @Test
  void clause_14_1_each_environment_has_a_base_and_the_root_is_production() {
    String base = "/environments/production";
    assertThat(app.post(base + ONE + "checkout", sdk, ADA).text())
        .isEqualTo(one("checkout", ADA).text());
    assertThat(app.post(base + ALL, sdk, ADA).text()).isEqualTo(app.post(ALL, sdk, ADA).text());
    assertThat(app.post("/environments/staging" + ONE + "checkout", sdk, ADA).status())
        .isEqualTo(404);
    for (String unknown : List.of("qa", "NO")) {
      TestApp.Answer answer = app.post("/environments/" + unknown + ALL, sdk, ADA);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.json().getString("errorCode")).isEqualTo("FLAG_NOT_FOUND");
    }
  }

  @Test
  void clause_14_7_all_flags_then_all_experiments_each_key_once() {
    TestApp.Answer answer = app.post(ALL, sdk, ADA);
    assertThat(answer.status()).isEqualTo(200);
    List<JsonObject> flags = answer.json().getJsonArray("flags").getValuesAs(JsonObject.class);
    assertThat(flags)
        .extracting(flag -> flag.getString("key"))
        .containsExactly(
            "both",
            "half",
            "hello",
            "inside",
            "nothing",
            "page",
            "split",
            "ten",
            "yes",
            "checkout",
            "nobody-yet");
    for (JsonObject flag : flags) {
      assertThat(flag).isEqualTo(one(flag.getString("key"), ADA).json());
    }
  }

  @Test
  void clause_14_7_one_that_cannot_be_evaluated_does_not_spoil_the_rest() {
    Map<String, JsonObject> flags =
        app.post(ALL, sdk, "{}").json().getJsonArray("flags").getValuesAs(JsonObject.class).stream()
            .collect(Collectors.toMap(flag -> flag.getString("key"), flag -> flag));
    assertThat(flags.get("checkout").getString("errorCode")).isEqualTo("TARGETING_KEY_MISSING");
    assertThat(flags.get("yes").getBoolean("value")).isTrue();
  }

  @Test
  void clause_14_7_the_tag_is_of_the_position_and_of_the_question() {
    String tag = app.post(ALL, sdk, ADA).header("ETag");
    assertThat(tag).matches("\"[0-9]+-[A-Za-z0-9_-]{16}\"");
    TestApp.Answer unchanged = again(ADA, tag);
    assertThat(unchanged.status()).isEqualTo(304);
    assertThat(unchanged.response().body()).isEmpty();
    assertThat(unchanged.header("ETag")).isEqualTo(tag);
    assertThat(again(ADA, "\"1\", W/" + tag).status()).isEqualTo(304);
    assertThat(again(ADA.replace("ada", "bob"), tag).status()).isEqualTo(200);
    app.story.say(new ExperimentConcluded("checkout", "green", null));
    settle();
    TestApp.Answer changed = again(ADA, tag);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.header("ETag")).isNotEqualTo(tag);
    JsonObject concluded = one("checkout", ADA).json();
    assertThat(concluded.getString("variant")).isEqualTo("green");
    assertThat(concluded.getString("reason")).isEqualTo("TARGETING_MATCH");
  }

  private TestApp.Answer again(String body, String tag) {
    return app.send(
        app.request(ALL, sdk)
            .header("Content-Type", "application/json")
            .header("If-None-Match", tag)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  @Test
  void clause_14_8_one_evaluation_that_assigns_is_recorded_once_and_a_prefetch_is_not() {
    app.post(ALL, sdk, ADA);
    one("yes", ADA);
    one("nobody-yet", ADA);
    one("checkout", "{}");
    app.send(
        app.request(ONE + "checkout", sdk)
            .header("X-Trialog-Record", "false")
            .POST(BodyPublishers.ofString(ADA))
            .build());
    assertThat(counted("ofrep_exposures_recorded")).isZero();
    one("checkout", ADA);
    one("checkout", ADA);
    assertThat(counted("ofrep_exposures_recorded")).isEqualTo(1);
    one("checkout", ADA.replace("ada", "bob"));
    assertThat(counted("ofrep_exposures_recorded")).isEqualTo(2);
    assertThat(counted("ofrep_exposures_pending")).isEqualTo(2);
  }

  @Test
  void a_token_comes_as_a_bearer_or_as_an_api_key_but_the_key_opens_nothing_else() {
    assertThat(app.post(ONE + "yes", "", ADA).status()).isEqualTo(401);
    for (String path : List.of(ONE + "yes", "/environments/production" + ONE + "yes")) {
      assertThat(withKey(path, sdk).status()).isEqualTo(200);
      assertThat(withKey(path, "trl_aa_" + "x".repeat(43)).status()).isEqualTo(401);
      assertThat(withKey(path, " ").status()).isEqualTo(401);
      assertThat(app.post(path, app.token(Role.VIEWER), ADA).status()).isEqualTo(403);
    }
    assertThat(withKey("/api/v1/batches", sdk).status()).isEqualTo(401);
  }

  private TestApp.Answer withKey(String path, String key) {
    return app.send(
        app.request(path, "").header("X-API-Key", key).POST(BodyPublishers.ofString(ADA)).build());
  }

  @Test
  void a_body_that_is_too_large_is_refused() {
    String large = context("'targetingKey':'" + "x".repeat(300_000) + "'");
    assertThat(one("yes", large).status()).isEqualTo(413);
    assertThat(app.post(ALL, sdk, large).status()).isEqualTo(413);
  }

  @Test
  void a_design_for_elsewhere_is_nobodys_flag() {
    Design design = Story.design("far", "Far", "production", true);
    app.story.say(new ExperimentDrafted("far", design));
    settle();
    assertThat(one("far", ADA).status()).isEqualTo(404);
  }
}
