package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.Role;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentAnswersTest {
  private static TestApp app;
  private static String viewer;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app =
        TestApp.start(
            folder,
            story -> {
              story.everything();
              story.as("ada", "more");
              for (int i = 0; i < 7; i++) {
                story.say(new ExperimentDrafted("idea-" + i, Story.design("idea-" + i)));
              }
              story.say(new NamespaceCreated("acme/food", "Food of Acme"));
            });
    viewer = app.token(Role.VIEWER);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static JsonObject read(String path) {
    String joint = path.contains("?") ? "&" : "?";
    TestApp.Answer answer =
        app.get("/api/v1" + path + joint + "min_position=" + app.log.head(), viewer);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> keys(JsonObject list, String name, String key) {
    return list.getJsonArray(name).getValuesAs(JsonObject.class).stream()
        .map(each -> each.getString(key))
        .toList();
  }

  @Test
  void a_list_has_every_experiment_in_order_of_its_key() {
    JsonObject list = read("/experiments");
    assertThat(keys(list, "experiments", "experiment"))
        .isSorted()
        .contains(
            "checkout-button",
            "idea-0",
            "idea-1",
            "idea-2",
            "idea-3",
            "idea-4",
            "idea-5",
            "idea-6",
            "surge_price");
    assertThat(list.getJsonNumber("position").longValue()).isEqualTo(app.log.head());
    assertThat(list).doesNotContainKey("next_cursor");
    assertThat(keys(read("/experiments?status=killed"), "experiments", "experiment"))
        .containsExactly("surge_price");
    assertThat(keys(read("/experiments?namespace=acme/food"), "experiments", "experiment"))
        .isEmpty();
  }

  @Test
  void pages_together_are_the_list_and_none_is_longer_than_asked() {
    List<String> together = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < 10; page++) {
      JsonObject part = read("/experiments?limit=2" + cursor);
      assertThat(part.getJsonArray("experiments").size()).isLessThanOrEqualTo(2);
      together.addAll(keys(part, "experiments", "experiment"));
      if (!part.containsKey("next_cursor")) {
        break;
      }
      cursor = "&cursor=" + part.getString("next_cursor");
    }
    assertThat(together)
        .isEqualTo(keys(read("/experiments?limit=500"), "experiments", "experiment"))
        .hasSizeGreaterThanOrEqualTo(9);
  }

  @Test
  void parameters_that_make_no_sense_are_named() {
    for (String query :
        List.of(
            "status=runing",
            "limit=0",
            "limit=501",
            "limit=ten",
            "limit=5&limit=6",
            "namespace=acme",
            "cursor=nonsense",
            "state=running",
            "min_position=soon")) {
      TestApp.Answer answer = app.get("/api/v1/experiments?" + query, viewer);
      assertThat(answer.status()).as(query).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("invalid_value");
      assertThat(answer.json().getString("field")).isEqualTo(query.split("=", -1)[0]);
    }
  }

  @Test
  void an_experiment_tells_its_design_its_state_and_its_story() {
    TestApp.Answer answer = app.get("/api/v1/experiments/checkout-button", viewer);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("ETag")).isEqualTo("\"8\"");
    JsonObject json = answer.json();
    assertThat(json.getString("status")).isEqualTo("concluded");
    assertThat(json.getInt("revision")).isEqualTo(8);
    assertThat(json.getString("winner")).isEqualTo("green");
    assertThat(json.getString("title")).isEqualTo("Greener checkout-button");
    assertThat(json.getString("fallback_unit")).isEqualTo("device_id");
    assertThat(json.getJsonNumber("traffic").doubleValue()).isEqualTo(0.5);
    JsonObject treatment = json.getJsonArray("variants").getJsonObject(1);
    assertThat(treatment.getString("key")).isEqualTo("green");
    assertThat(treatment.getJsonNumber("share").doubleValue()).isEqualTo(0.5);
    assertThat(treatment.getString("payload")).isEqualTo("{\"color\":\"green\"}");
    assertThat(json.getValue("/targeting/all/0/operator").toString()).isEqualTo("\"not_in\"");
    assertThat(json.getJsonArray("allocation").getJsonObject(1).getInt("to")).isEqualTo(7_500);
    assertThat(json.getString("author")).isEqualTo("ada");
    assertThat(json.getJsonArray("editors").getValuesAs(JsonString::getString))
        .containsExactly("cy");
    assertThat(json.getString("proposal_digest")).isEqualTo("ab12");
    JsonObject approval = json.getJsonArray("approvals").getJsonObject(0);
    assertThat(approval.getString("proposal_digest")).isEqualTo("ab12");
    assertThat(approval.getJsonObject("actor").getString("id")).isEqualTo("ben");
    assertThat(json.getJsonObject("started").getString("reason")).isEqualTo("go");
    assertThat(json.getJsonObject("concluded").getString("reason")).isEqualTo("won");
    assertThat(json.getString("created_at")).isLessThan(json.getString("updated_at"));
  }

  @Test
  void a_kill_by_a_guardrail_shows_its_evidence() {
    JsonObject killed = read("/experiments/surge_price").getJsonObject("killed");
    assertThat(killed.getJsonObject("actor").getString("kind")).isEqualTo("automation");
    JsonObject evidence = killed.getJsonObject("evidence");
    assertThat(evidence.getString("verdict_id")).isEqualTo("verdict-1");
    assertThat(evidence.getString("log_e")).isEqualTo("6.1");
    assertThat(evidence.getJsonObject("control_sums").getInt("n")).isEqualTo(100);
  }

  @Test
  void a_change_is_read_by_whoever_waits_for_its_position() {
    app.story.say(new ExperimentDrafted("fresh", Story.design("fresh")));
    assertThat(read("/experiments/fresh").getString("status")).isEqualTo("draft");
  }

  @Test
  void metrics_and_namespaces_are_listed() {
    JsonObject metric = read("/metrics").getJsonArray("metrics").getJsonObject(0);
    assertThat(metric.getString("metric")).isEqualTo("orders");
    assertThat(metric.getString("kind")).isEqualTo("mean");
    assertThat(metric.getString("direction")).isEqualTo("higher_is_better");
    assertThat(metric.getInt("cap")).isEqualTo(500);
    assertThat(metric).doesNotContainKey("typical_sd");
    assertThat(keys(read("/namespaces"), "namespaces", "namespace"))
        .containsExactly("acme/food", "acme/rides");
  }

  @Test
  void a_caller_sees_the_namespaces_of_their_roles_only() {
    String cook = app.token(Role.EXPERIMENTER, "acme/food");
    String at = "min_position=" + app.log.head();
    JsonObject list = app.get("/api/v1/experiments?" + at, cook).json();
    assertThat(list.getJsonArray("experiments")).isEmpty();
    assertThat(keys(app.get("/api/v1/namespaces?" + at, cook).json(), "namespaces", "namespace"))
        .containsExactly("acme/food");
    assertThat(app.get("/api/v1/metrics?" + at, cook).json().getJsonArray("metrics")).isEmpty();
    for (String path : List.of("experiments/surge_price", "experiments?namespace=acme/rides")) {
      TestApp.Answer forbidden = app.get("/api/v1/" + path, cook);
      assertThat(forbidden.status()).isEqualTo(403);
      assertThat(forbidden.code()).isEqualTo("access_denied");
    }
    assertThat(app.get("/api/v1/experiments", app.token(Role.SDK)).status()).isEqualTo(403);
  }

  @Test
  void results_are_read_before_anything_was_measured() {
    JsonObject results = read("/experiments/surge_price/results?segment=country");
    assertThat(results.getString("status")).isEqualTo("killed");
    assertThat(results.getJsonArray("metrics").getJsonObject(0).getString("metric"))
        .isEqualTo("orders");
    assertThat(results.getJsonArray("segments")).isEmpty();
    assertThat(results.getJsonObject("folded")).isEmpty();
    String path = "/api/v1/experiments/surge_price/results";
    assertThat(app.get(path + "?segment=a=b", viewer).json().getString("field"))
        .isEqualTo("segment");
    assertThat(app.get("/api/v1/experiments/nothing/results", viewer).status()).isEqualTo(404);
    assertThat(app.get(path, app.token(Role.VIEWER, "acme/food")).status()).isEqualTo(403);
  }

  @Test
  void what_does_not_exist_is_not_found() {
    TestApp.Answer answer = app.get("/api/v1/experiments/nothing", viewer);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("experiment_not_found");
    assertThat(app.get("/api/v1/experiments/NOTHING", viewer).status()).isEqualTo(400);
    assertThat(app.get("/api/v1/nowhere", viewer).status()).isEqualTo(404);
    assertThat(app.get("/api/v1/experiments", "").status()).isEqualTo(401);
  }

  @Test
  void an_etag_moves_with_the_revision() {
    app.story.say(new ExperimentDrafted("moving", Story.design("moving")));
    read("/experiments/moving");
    assertThat(app.get("/api/v1/experiments/moving", viewer).header("ETag")).isEqualTo("\"0\"");
    app.story.say(new ExperimentPaused("moving"));
    read("/experiments/moving");
    assertThat(app.get("/api/v1/experiments/moving", viewer).header("ETag")).isEqualTo("\"1\"");
  }
}
