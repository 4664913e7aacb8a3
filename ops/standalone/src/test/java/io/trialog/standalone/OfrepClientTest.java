package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clause 14 with OpenFeature's own client of OFREP for Java, unmodified. */
class OfrepClientTest {
  private static final String FLAGS = "/api/v1/flags";
  private static final ImmutableContext ADA = new ImmutableContext("ada");

  @TempDir static Path folder;

  private static BothSides platform;
  private static OpenFeatureAPI api;
  private static Client client;
  private static String experiment;
  private static Snapshot snapshot;

  @BeforeAll
  static void start() throws Exception {
    platform = BothSides.start(folder);
    World world = new World(platform);
    flag("yes", "boolean", "true", "false");
    flag("hello", "text", "\"hi\"", "\"\"");
    flag("ten", "number", "10", "0");
    flag("half", "number", "0.5", "0");
    flag("page", "json", "{\"title\":\"Pics\",\"count\":3}", "{}");
    experiment = world.running().variables().get("experiment");
    ramp();
    String note =
        platform
            .as("sdk", World.NAMESPACE)
            .get("/api/v1/snapshots/production?min_position=" + platform.head())
            .is(200)
            .text();
    snapshot = SnapshotReader.parse(note.substring(0, note.indexOf('\n')));
    api = OpenFeatureAPI.createIsolated();
    api.setProviderAndWait(provider(platform.as("sdk", World.NAMESPACE).token()));
    client = api.getClient();
  }

  private static void ramp() {
    platform
        .as("experimenter", World.NAMESPACE)
        .post("/api/v1/experiments/" + experiment + "/ramp", "{'traffic':1}");
  }

  private static void flag(String key, String type, String value, String off) {
    Api author = platform.as("experimenter", World.NAMESPACE);
    String body =
        """
        {"flag":"%s","namespace":"acme/rides","type":"%s",
         "variants":[{"key":"given","value":%s},{"key":"off","value":%s}],"off_variant":"off",
         "rollout":[{"variant":"given","share":1}]}
        """
            .formatted(key, type, value, off);
    assertThat(
            author
                .request("POST", FLAGS, body.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .is(201)
                .status())
        .isEqualTo(201);
    author.post(FLAGS + "/" + key + "/enable", "{}").is(200);
  }

  private static OfrepProvider provider(String token) {
    return provider("", ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + token)));
  }

  private static OfrepProvider provider(
      String base, ImmutableMap<String, ImmutableList<String>> headers) {
    return OfrepProvider.constructProvider(
        OfrepProviderOptions.builder()
            .baseUrl(platform.admin().base() + base)
            .headers(headers)
            .build());
  }

  @AfterAll
  static void stop() {
    api.shutdown();
    platform.close();
  }

  @Test
  void flags_of_every_type_are_resolved() {
    assertThat(client.getBooleanValue("yes", false, ADA)).isTrue();
    assertThat(client.getStringValue("hello", "bye", ADA)).isEqualTo("hi");
    assertThat(client.getIntegerValue("ten", 1, ADA)).isEqualTo(10);
    assertThat(client.getDoubleValue("half", 0.1, ADA)).isEqualTo(0.5);
    Value page = client.getObjectValue("page", new Value(), ADA);
    assertThat(page.asStructure().getValue("title").asString()).isEqualTo("Pics");
    assertThat(page.asStructure().getValue("count").asInteger()).isEqualTo(3);
  }

  @Test
  void details_carry_variant_reason_and_metadata() {
    FlagEvaluationDetails<Boolean> details = client.getBooleanDetails("yes", false, ADA);
    assertThat(details.getVariant()).isEqualTo("given");
    assertThat(details.getReason()).isEqualTo("STATIC");
    assertThat(details.getErrorCode()).isNull();
    assertThat(details.getFlagMetadata().getString("reason")).isEqualTo("DEFAULT");
    assertThat(details.getFlagMetadata().getInteger("position"))
        .isEqualTo((int) snapshot.position());
  }

  @Test
  void an_experiment_assigns_as_the_evaluator_does() {
    for (int i = 0; i < 60; i++) {
      String user = "user-" + i;
      Decision decision =
          Evaluator.evaluate(snapshot, experiment, Context.of("user_id", user), "control");
      FlagEvaluationDetails<String> byKey =
          client.getStringDetails(experiment, "mine", new ImmutableContext(user));
      assertThat(byKey.getVariant()).isEqualTo(decision.variant());
      assertThat(byKey.getFlagMetadata().getString("reason")).isEqualTo(decision.reason().name());
      ImmutableContext named = new ImmutableContext("x", Map.of("user_id", new Value(user)));
      assertThat(client.getStringDetails(experiment, "mine", named).getVariant())
          .isEqualTo(decision.variant());
    }
  }

  @Test
  void errors_are_those_of_openfeature() {
    FlagEvaluationDetails<String> missing = client.getStringDetails("no-such", "uh-oh", ADA);
    assertThat(missing.getValue()).isEqualTo("uh-oh");
    assertThat(missing.getErrorCode()).isEqualTo(ErrorCode.FLAG_NOT_FOUND);
    assertThat(client.getIntegerDetails("hello", 13, ADA).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    // This client has one code for every 400.
    assertThat(client.getStringDetails(experiment, "mine").getErrorCode())
        .isEqualTo(ErrorCode.INVALID_CONTEXT);
  }

  @Test
  void an_api_key_and_the_base_of_an_environment_do_as_well() {
    String token = platform.as("sdk", World.NAMESPACE).token();
    OpenFeatureAPI other = OpenFeatureAPI.createIsolated();
    other.setProviderAndWait(
        provider(
            "/environments/production", ImmutableMap.of("X-API-Key", ImmutableList.of(token))));
    assertThat(other.getClient().getStringValue("hello", "bye", ADA)).isEqualTo("hi");
    other.setProviderAndWait(provider("trl_aa_" + "x".repeat(43)));
    FlagEvaluationDetails<String> stranger = other.getClient().getStringDetails("hello", "bye");
    assertThat(stranger.getValue()).isEqualTo("bye");
    assertThat(stranger.getErrorCode()).isEqualTo(ErrorCode.GENERAL);
    other.shutdown();
  }

  @Test
  void what_is_evaluated_is_recorded() {
    long before = recorded();
    String group = "group-" + System.nanoTime();
    int assigned = 0;
    for (int i = 0; i < 20; i++) {
      String user = group + "-" + i;
      client.getStringValue(experiment, "mine", new ImmutableContext(user));
      Context context = Context.of("user_id", user);
      assigned += Evaluator.evaluate(snapshot, experiment, context, "control").assigned() ? 1 : 0;
    }
    assertThat(recorded() - before).isEqualTo(assigned);
  }

  private static long recorded() {
    return platform
        .admin()
        .get("/health")
        .json()
        .getJsonObject("counters")
        .getJsonNumber("ofrep_exposures_recorded")
        .longValue();
  }
}
