package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Role;
import io.trialog.language.TrialogEvent;
import io.trialog.snapshots.CatalogueStory;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReceiptAnswersTest {
  private static final String PATH = "/api/v1/receipts";
  private static final String CLIENT = "6f1c2a52-3d0e-4a8e-9c4b-1f2f5d9b7a10";

  private static TestApp app;
  private static String sdk;
  private static String viewer;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app =
        TestApp.start(
            folder,
            story -> {
              CatalogueStory.tell(story.everything());
              story.say(new EnvironmentCreated("staging", "Staging"));
            });
    sdk = app.token(Role.SDK);
    viewer = app.token(Role.VIEWER);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  /** Happens now, as the kills that receipts are about do. */
  private static long say(TrialogEvent event) {
    return app.story.at(Instant.now()).say(event).position();
  }

  private static void tell(String client, String environment, long position, String more) {
    String body =
        """
        {"client":"%s","environment":"%s","sdk":"java/0.1.0",
         "enforced":[{"position":%d,"ago_ms":0}]%s}
        """;
    TestApp.Answer answer =
        app.post(PATH, sdk, body.formatted(client, environment, position, more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.text()).isEmpty();
  }

  private static JsonObject awaited(String path, Predicate<JsonObject> condition) {
    long deadline = System.nanoTime() + TestApp.LIMIT.toNanos();
    JsonObject found = read(path);
    while (!condition.test(found)) {
      assertThat(System.nanoTime()).as("deadline; found %s", found).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
      found = read(path);
    }
    return found;
  }

  private static JsonObject read(String path) {
    TestApp.Answer answer = app.get("/api/v1" + path + "?min_position=" + app.log.head(), viewer);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static JsonObject newest(JsonObject view) {
    return view.getJsonArray("kills").getJsonObject(0);
  }

  @Test
  void a_kill_says_who_enforces_it_since_when_and_who_is_missing() {
    String one = UUID.randomUUID().toString();
    String other = UUID.randomUUID().toString();
    String closes = UUID.randomUUID().toString();
    say(new ExperimentDrafted("dose", Story.design("dose", "Dose", "qa", false)));
    long before = say(new ExperimentStarted("dose", 10_000, 0, Story.slots(10_000), null, null));
    for (String client : new String[] {one, other, closes}) {
      tell(client, "qa", before, "");
    }
    JsonObject fleet = awaited("/environments/qa/receipts", view -> view.getInt("clients") == 3);
    assertThat(fleet.getInt("clients_behind")).isZero();
    app.story.as("ben", "errors rise");
    long kill = say(new ExperimentKilled("dose", null, null));
    assertThat(newest(read("/experiments/dose/receipts")).getInt("clients_expected")).isEqualTo(3);
    tell(one, "qa", kill, "");
    tell(closes, "qa", before, ",\"closing\":true");

    JsonObject view =
        awaited(
            "/experiments/dose/receipts",
            each ->
                newest(each).getInt("clients_enforcing") == 1
                    && newest(each).getInt("clients_expected") == 2);
    assertThat(view.getString("experiment")).isEqualTo("dose");
    assertThat(view.getString("environment")).isEqualTo("qa");
    assertThat(view.getInt("window_s")).isEqualTo(300);
    JsonObject told = newest(view);
    assertThat(told.getJsonNumber("position").longValue()).isEqualTo(kill);
    assertThat(told.getJsonObject("event").getString("reason")).isEqualTo("errors rise");
    assertThat(told.getInt("clients_missing")).isEqualTo(1);
    JsonObject missing = told.getJsonArray("missing").getJsonObject(0);
    assertThat(missing.getString("client")).isEqualTo(other);
    assertThat(missing.getString("sdk")).isEqualTo("java/0.1.0");
    assertThat(missing.getJsonNumber("position").longValue()).isEqualTo(before);
    assertThat(told.getInt("p50_ms")).isBetween(0, 20_000).isEqualTo(told.getInt("p99_ms"));
    assertThat(read("/environments/qa/receipts").getInt("clients_behind")).isEqualTo(1);

    tell(other, "qa", kill, "");
    JsonObject all =
        awaited("/experiments/dose/receipts", each -> newest(each).getInt("clients_missing") == 0);
    assertThat(newest(all).getJsonArray("missing")).isEmpty();
    assertThat(newest(all).getInt("max_ms")).isGreaterThanOrEqualTo(told.getInt("max_ms"));
  }

  @Test
  void the_kill_switch_of_an_environment_is_among_its_receipts_with_its_clients() {
    long before = app.log.head();
    tell(CLIENT, "staging", before, "");
    awaited("/environments/staging/receipts", view -> view.getInt("clients") == 1);
    long kill = say(new KillSwitchEngaged("staging"));
    tell(CLIENT, "staging", kill, "");

    JsonObject view =
        awaited(
            "/environments/staging/receipts",
            each ->
                !each.getJsonArray("kills").isEmpty()
                    && newest(each).getInt("clients_enforcing") == 1);
    JsonObject group = view.getJsonArray("groups").getJsonObject(0);
    assertThat(group.getString("sdk")).isEqualTo("java/0.1.0");
    assertThat(group.getJsonNumber("position").longValue()).isEqualTo(kill);
    assertThat(group.getInt("clients")).isEqualTo(1);
    assertThat(newest(view)).doesNotContainKey("ended");
  }

  @Test
  void a_kill_that_was_taken_back_says_by_what() {
    JsonObject qa = newest(read("/environments/qa/receipts"));
    assertThat(qa.getJsonObject("ended").getJsonNumber("position").longValue())
        .isGreaterThan(qa.getJsonNumber("position").longValue());
    assertThat(newest(read("/flags/new-map/receipts"))).doesNotContainKeys("ended", "p50_ms");
    assertThat(read("/experiments/checkout-button/receipts").getJsonArray("kills")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          client                | "client":"6F1C2A52-3D0E-4A8E-9C4B-1F2F5D9B7A10"
          client                | "client":"me"
          client                | "client":7
          environment           | "environment":"Production"
          sdk                   | "sdk":"java"
          sdk                   | "sdk":"java/0.1.0 of bob@example.com"
          enforced              | "enforced":[]
          enforced              | "enforced":{}
          enforced[0]           | "enforced":[7]
          enforced[0].position  | "enforced":[{"ago_ms":1}]
          enforced[0].position  | "enforced":[{"position":-1,"ago_ms":1}]
          enforced[0].position  | "enforced":[{"position":1.5,"ago_ms":1}]
          enforced[0].ago_ms    | "enforced":[{"position":1}]
          enforced[0].ago_ms    | "enforced":[{"position":1,"ago_ms":-1}]
          enforced[0].ago_ms    | "enforced":[{"position":1,"ago_ms":2592000001}]
          enforced[0].user      | "enforced":[{"position":1,"ago_ms":1,"user":"x"}]
          enforced[1].position  | "enforced":[{"position":1,"ago_ms":1},{"position":1,"ago_ms":1}]
          enforced[1].ago_ms    | "enforced":[{"position":1,"ago_ms":1},{"position":2,"ago_ms":2}]
          closing               | "closing":"yes"
          user                  | "user":"x"
          """)
  void a_receipt_that_cannot_be_is_refused_by_its_field(String field, String wrong) {
    String name = wrong.substring(1, wrong.indexOf('"', 1));
    Map<String, String> members = new TreeMap<>();
    members.put("client", "\"client\":\"" + CLIENT + "\"");
    members.put("environment", "\"environment\":\"production\"");
    members.put("sdk", "\"sdk\":\"java/0.1.0\"");
    members.put("enforced", "\"enforced\":[{\"position\":1,\"ago_ms\":1}]");
    members.put(name, wrong);
    String body = "{" + String.join(",", members.values()) + "}";

    TestApp.Answer answer = app.post(PATH, sdk, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("invalid_value");
    assertThat(answer.json().getString("field")).isEqualTo(field);
  }

  @Test
  void a_position_that_the_log_does_not_have_is_refused() {
    String body =
        """
        {"client":"%s","environment":"production","sdk":"java/0.1.0",
         "enforced":[{"position":1,"ago_ms":1},{"position":%d,"ago_ms":0}]}
        """;
    TestApp.Answer answer = app.post(PATH, sdk, body.formatted(CLIENT, app.log.head() + 1));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("position_unknown");
    assertThat(answer.json().getString("field")).isEqualTo("enforced[1].position");
  }

  @Test
  void too_many_positions_and_too_large_a_body_are_refused() {
    StringBuilder positions = new StringBuilder();
    for (int i = 0; i <= 100; i++) {
      positions.append(i == 0 ? "" : ",").append("{\"position\":" + i + ",\"ago_ms\":1}");
    }
    String body =
        "{\"client\":\"%s\",\"environment\":\"production\",\"sdk\":\"a/1\",\"enforced\":[%s]}";
    TestApp.Answer answer = app.post(PATH, sdk, body.formatted(CLIENT, positions));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().getString("field")).isEqualTo("enforced");

    byte[] large = new byte[16 * 1024 + 1];
    TestApp.Answer refused =
        app.send(app.request(PATH, sdk).POST(BodyPublishers.ofByteArray(large)).build());
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.code()).isEqualTo("body_too_large");
  }

  @Test
  void what_does_not_exist_is_not_found() {
    String body =
        """
        {"client":"%s","environment":"nowhere","sdk":"java/0.1.0",
         "enforced":[{"position":1,"ago_ms":1}]}
        """;
    assertThat(app.post(PATH, sdk, body.formatted(CLIENT)).code())
        .isEqualTo("environment_not_found");
    assertThat(app.get("/api/v1/environments/nowhere/receipts", viewer).status()).isEqualTo(404);
    assertThat(app.get("/api/v1/experiments/nowhere/receipts", viewer).status()).isEqualTo(404);
    assertThat(app.get("/api/v1/flags/nowhere/receipts", viewer).status()).isEqualTo(404);
  }

  @Test
  void programs_tell_and_people_read() {
    assertThat(app.post(PATH, "", "{}").status()).isEqualTo(401);
    assertThat(app.post(PATH, viewer, "{}").status()).isEqualTo(403);
    for (String of : new String[] {"environments/qa", "flags/new-map", "experiments/surge_price"}) {
      assertThat(app.get("/api/v1/" + of + "/receipts", sdk).status()).isEqualTo(403);
      assertThat(app.get("/api/v1/" + of + "/receipts?all=1", viewer).status()).isEqualTo(400);
    }
    String stranger = app.token(Role.VIEWER, "other/team");
    assertThat(app.get("/api/v1/experiments/surge_price/receipts", stranger).status())
        .isEqualTo(403);
    assertThat(app.get("/api/v1/flags/new-map/receipts", stranger).status()).isEqualTo(403);
    assertThat(app.get("/api/v1/environments/qa/receipts", stranger).status()).isEqualTo(200);
  }

  @Test
  void receipts_are_a_part_of_health() {
    JsonObject health = app.get("/health", "").json();
    assertThat(health.getJsonObject("parts").getString("receipts")).isEqualTo("up");
    assertThat(health.getJsonObject("parts").getString("kills")).isEqualTo("up");
    assertThat(health.getJsonObject("counters"))
        .containsKeys("receipts_written", "receipts_dropped");
  }
}
