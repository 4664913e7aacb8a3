package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.audit.proof.BundleVerifier;
import io.trialog.audit.proof.Checkpoint;
import io.trialog.audit.proof.Note;
import io.trialog.http.ProblemException;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.sdk.core.Slots;
import io.trialog.sdk.core.Subjects;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditAnswersTest {
  private static TestApp app;
  private static String auditor;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, Story::everything);
    auditor = app.token(Role.AUDITOR);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  private static JsonObject search(String query) {
    TestApp.Answer answer =
        app.get("/api/v1/audit/events?min_position=" + app.log.head() + "&" + query, auditor);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> types(JsonObject page) {
    return page.getJsonArray("entries").getValuesAs(JsonObject.class).stream()
        .map(entry -> entry.getString("type"))
        .toList();
  }

  @Test
  void the_trail_is_searched_by_what_who_when_and_words() {
    assertThat(types(search("experiment=surge_price")))
        .containsExactly("ExperimentKilled", "ExperimentStarted", "ExperimentDrafted");
    assertThat(types(search("experiment=checkout-button&actor=ben&type=ExperimentPaused")))
        .containsExactly("ExperimentPaused");
    assertThat(types(search("q=odd%20numbers"))).containsExactly("ExperimentPaused");
    String third = Story.BEGIN.plusSeconds(3).toString();
    assertThat(types(search("to=" + third)))
        .containsExactly("TokenIssued", "MetricDefined", "NamespaceCreated");
    JsonObject kill = search("type=ExperimentKilled").getJsonArray("entries").getJsonObject(0);
    assertThat(kill.getJsonObject("actor").getString("kind")).isEqualTo("automation");
    assertThat(kill.getJsonArray("changes")).isNotEmpty();
  }

  @Test
  void pages_follow_each_other_without_a_gap() {
    String upTo = "&to=" + Story.BEGIN.plusSeconds(18);
    List<String> together = new ArrayList<>();
    String cursor = "";
    for (int page = 0; page < 20; page++) {
      JsonObject part = search("limit=4" + upTo + cursor);
      together.addAll(types(part));
      if (!part.containsKey("next_cursor")) {
        break;
      }
      cursor = "&cursor=" + part.getString("next_cursor");
    }
    assertThat(together).hasSize(18).isEqualTo(types(search("limit=500" + upTo)));
  }

  @Test
  void parameters_that_make_no_sense_are_named() {
    for (String query :
        List.of("type=Nothing", "from=yesterday", "limit=501", "cursor=x", "who=ada", "q=")) {
      TestApp.Answer answer = app.get("/api/v1/audit/events?" + query, auditor);
      assertThat(answer.status()).as(query).isEqualTo(400);
      assertThat(answer.json().getString("field")).isEqualTo(query.split("=", -1)[0]);
    }
  }

  @Test
  void the_audit_needs_an_auditor_of_everything() {
    String viewer = app.token(Role.VIEWER);
    String ofOneTeam = app.token(Role.AUDITOR, "acme/rides");
    for (String token : List.of(viewer, ofOneTeam)) {
      assertThat(app.get("/api/v1/audit/events", token).status()).isEqualTo(403);
      assertThat(app.get("/api/v1/audit/exports/1/bundle.zip", token).status()).isEqualTo(403);
      assertThat(app.post("/api/v1/audit/as-of", token, "{}").status()).isEqualTo(403);
    }
    assertThat(app.denials).contains("POST /api/v1/audit/as-of");
    assertThat(app.get("/api/v1/audit/events", app.token(Role.ADMIN)).status()).isEqualTo(200);
  }

  private static TestApp.Answer asOf(String at, String attributes) {
    return app.post(
        "/api/v1/audit/as-of",
        auditor,
        """
        {"experiment":"checkout-button","at":"%s","attributes":%s}
        """
            .formatted(at, attributes));
  }

  @Test
  void as_of_answers_what_a_subject_got_before_and_after() {
    // Running at half of its traffic from the ninth second on, concluded in the fourteenth.
    String subject = subjectOf(true);
    JsonObject then = asOf(Story.BEGIN.plusSeconds(8).toString(), attributes(subject)).json();
    assertThat(then.getString("variant")).isEqualTo("green");
    assertThat(then.getString("reason")).isEqualTo("ASSIGNED");
    assertThat(then.getInt("slot")).isEqualTo(Slots.slot("checkout-button", subject));
    assertThat(then.getJsonObject("decided_by").getString("type")).isEqualTo("ExperimentRamped");
    assertThat(then.toString()).doesNotContain(subject);
    assertThat(then.getString("hashed_subject")).hasSize(22);
    JsonObject before = asOf(Story.BEGIN.minusSeconds(1).toString(), attributes(subject)).json();
    assertThat(before.getString("reason")).isEqualTo("UNKNOWN_EXPERIMENT");
    assertThat(before).doesNotContainKey("variant");
    JsonObject after = asOf("2030-01-01T00:00:00Z", attributes(subjectOf(false))).json();
    assertThat(after.getString("reason")).isEqualTo("CONCLUDED");
    assertThat(after.getString("variant")).isEqualTo("green");
  }

  private static String attributes(String subject) {
    return "{\"user_id\":\"" + subject + "\",\"country\":\"US\"}";
  }

  /** Somebody whose slot is, or is not, among those of green at half of the traffic. */
  private static String subjectOf(boolean green) {
    for (int i = 0; i < 10_000; i++) {
      int slot = Slots.slot("checkout-button", "subject-" + i);
      if (green == (slot >= 5_000 && slot < 7_500)) {
        return "subject-" + i;
      }
    }
    throw new AssertionError("10,000 subjects should do");
  }

  @Test
  void as_of_refuses_what_it_cannot_read() {
    assertThat(asOf("yesterday", "{}").json().getString("field")).isEqualTo("at");
    assertThat(asOf("2030-01-01T00:00:00Z", "[]").json().getString("field"))
        .isEqualTo("attributes");
    assertThat(app.post("/api/v1/audit/as-of", auditor, "{").code()).isEqualTo("malformed_body");
    assertThat(asOf("2030-01-01T00:00:00Z", "{},\"more\":1").json().getString("field"))
        .isEqualTo("more");
  }

  @Test
  void attributes_keep_their_types_as_an_application_gave_them() {
    String typed =
        """
        {"user_id":42,"country":"FR","age":18.5,"premium":true,"segments":["beta"],"huge":1e999}
        """;
    JsonObject answer = asOf("2030-01-01T00:00:00Z", typed).json();
    assertThat(answer.getString("reason")).isEqualTo("CONCLUDED");
    assertThat(answer.getString("hashed_subject"))
        .isEqualTo(Subjects.hash("production", "user_id", "42"));
    JsonObject german =
        asOf("2030-01-01T00:00:00Z", "{\"user_id\":\"u\",\"country\":\"DE\"}").json();
    assertThat(german.getString("reason")).isEqualTo("NOT_TARGETED");
    for (String wrong : List.of("{\"x\":{}}", "{\"x\":[1]}", "{\"x\":[[\"a\"]]}")) {
      TestApp.Answer refused = asOf("2030-01-01T00:00:00Z", wrong);
      assertThat(refused.status()).as(wrong).isEqualTo(400);
      assertThat(refused.json().getString("field")).isEqualTo("attributes.x");
    }
  }

  @Test
  void the_checkpoint_is_a_note_of_the_log_for_anyone_with_a_token() throws Exception {
    TestApp.Answer answer =
        app.get("/api/v1/audit/checkpoint?min_position=" + app.log.head(), app.token(Role.VIEWER));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain");
    Note note = Note.parse(answer.response().body());
    Projections projections = app.bean(Projections.class);
    assertThat(note.signedBy(projections.auditKeys().logKey())).isTrue();
    assertThat(Checkpoint.parse(note).origin()).isEqualTo("audit.example.com/test");
  }

  @Test
  void a_bundle_of_a_signed_size_can_be_fetched_and_holds_every_event() throws IOException {
    app.story.say(new ExperimentDrafted("for-bundle", Story.design("for-bundle")));
    long size = app.bean(Projections.class).sizeAt(app.log.head(), Duration.ofSeconds(5));
    assertThat(size).isEqualTo(app.log.recorded().size());
    TestApp.Answer answer = app.get("/api/v1/audit/exports/" + size + "/bundle.zip", auditor);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/zip");
    assertThat(answer.header("Content-Length"))
        .isEqualTo(Integer.toString(answer.response().body().length));
    Map<String, byte[]> files = unzip(answer.response().body());
    assertThat(files).containsKeys(BundleVerifier.CHECKPOINT, BundleVerifier.EVENTS, "MANIFEST");
    assertThat(new String(files.get(BundleVerifier.EVENTS), StandardCharsets.UTF_8).lines().count())
        .isEqualTo(size);
    assertThat(new String(files.get(BundleVerifier.CHECKPOINT), StandardCharsets.UTF_8))
        .startsWith("audit.example.com/test\n" + size + "\n");
  }

  private static Map<String, byte[]> unzip(byte[] zip) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        files.put(entry.getName(), in.readAllBytes());
      }
    }
    return files;
  }

  @Test
  void a_size_that_was_not_signed_is_not_found_and_near_ones_are_named() {
    long whole = app.bean(Projections.class).sizeAt(app.log.head(), Duration.ofSeconds(5));
    for (long size : new long[] {2, whole + 1_000, 0}) {
      // The first events came in one batch, so that only its end was signed.
      TestApp.Answer answer = app.get("/api/v1/audit/exports/" + size + "/bundle.zip", auditor);
      assertThat(answer.status()).as("size " + size).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("checkpoint_not_found");
      List<Integer> near =
          answer
              .json()
              .getJsonArray("signed_sizes_near")
              .getValuesAs(jakarta.json.JsonNumber::intValue);
      assertThat(near).isNotEmpty();
      TestApp.Answer found =
          app.get("/api/v1/audit/exports/" + near.getFirst() + "/bundle.zip", auditor);
      assertThat(found.status()).isEqualTo(200);
    }
    assertThat(app.get("/api/v1/audit/exports/all/bundle.zip", auditor).status()).isEqualTo(400);
  }

  @Test
  void a_size_at_a_position_that_does_not_come_is_unavailable() {
    Projections projections = app.bean(Projections.class);
    assertThatThrownBy(() -> projections.sizeAt(Long.MAX_VALUE, Duration.ofMillis(50)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().status()).isEqualTo(503);
              assertThat(e.problem().code()).isEqualTo("position_not_reached");
            });
  }
}
