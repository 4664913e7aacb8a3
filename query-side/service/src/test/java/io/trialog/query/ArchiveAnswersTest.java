package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Role;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.Story;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveAnswersTest {
  private static final String PATH = "/api/v1/snapshots/production/at";

  private TestApp app;
  private String sdk;

  @BeforeEach
  void start(@TempDir Path folder) {
    app =
        TestApp.start(
            folder,
            story -> {
              story.say(new ExperimentDrafted("checkout", Story.design("checkout")));
              story.say(
                  new ExperimentStarted(
                      "checkout", 1_000_000, 0, Story.slots(1_000_000), null, null));
            });
    sdk = app.token(Role.SDK);
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private TestApp.Answer at(String question, String... headers) {
    return app.get(PATH + question, sdk, headers);
  }

  @Test
  void a_past_snapshot_is_the_note_that_was_served_then() throws Exception {
    long then = app.log.head();
    TestApp.Answer served = app.get("/api/v1/snapshots/production?min_position=" + then, sdk);
    app.story.say(new ExperimentPaused("checkout"));
    TestApp.Answer archived = at("?position=" + then);
    assertThat(archived.status()).isEqualTo(200);
    assertThat(archived.response().body()).isEqualTo(served.response().body());
    assertThat(archived.header("Content-Type")).isEqualTo(served.header("Content-Type"));
    assertThat(archived.header("Cache-Control")).contains("immutable");
    assertThat(archived.header("Content-Location")).isEqualTo(PATH + "?position=" + then);
    String vkey =
        app.get("/api/v1/keys", sdk).json().getJsonObject("snapshot").getString("production");
    assertThat(
            SnapshotReader.open(archived.response().body(), VerifierKey.parse(vkey), "production")
                .position())
        .isEqualTo(then);
  }

  @Test
  void the_same_past_snapshot_is_not_sent_twice() {
    String question = "?position=" + app.log.head();
    String tag = at(question).header("ETag");
    assertThat(tag).startsWith("\"" + app.log.head() + "-");
    TestApp.Answer again = at(question, "If-None-Match", tag);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.response().body()).isEmpty();
    assertThat(again.header("Cache-Control")).contains("immutable");
    assertThat(at("?position=1", "If-None-Match", tag).status()).isEqualTo(200);
  }

  @Test
  void an_instant_is_answered_by_the_events_before_it_and_for_good_once_the_log_went_on() {
    long before = app.log.head();
    app.story.at(Story.BEGIN.plus(Duration.ofHours(5))).say(new ExperimentPaused("checkout"));
    TestApp.Answer past = at("?time=" + Story.BEGIN.plus(Duration.ofHours(4)));
    assertThat(past.text()).isEqualTo(at("?position=" + before).text());
    assertThat(past.header("Cache-Control")).contains("immutable");
    TestApp.Answer last = at("?time=" + Story.BEGIN.plus(Duration.ofHours(5)));
    assertThat(last.text()).contains("\"status\":\"paused\"");
    assertThat(last.header("Cache-Control")).isEqualTo("no-cache");
  }

  @Test
  void whoever_reads_may_read_it_and_nobody_without_a_token() {
    for (Role role : List.of(Role.VIEWER, Role.EXPERIMENTER, Role.APPROVER, Role.AUDITOR)) {
      assertThat(app.get(PATH + "?position=1", app.token(role)).status()).isEqualTo(200);
    }
    assertThat(app.get(PATH + "?position=1", "").status()).isEqualTo(401);
  }

  @Test
  void what_is_not_there_is_a_problem() {
    TestApp.Answer future = at("?position=" + (app.log.head() + 1));
    assertThat(future.status()).isEqualTo(404);
    assertThat(future.code()).isEqualTo("position_not_found");
    assertThat(future.text()).contains("its last one is " + app.log.head());
    long before = app.log.head();
    app.story.say(new EnvironmentCreated("qa", "Quality"));
    assertThat(app.get("/api/v1/snapshots/qa/at?position=" + before, sdk).code())
        .isEqualTo("environment_not_found");
    assertThat(app.get("/api/v1/snapshots/qa/at?position=" + app.log.head(), sdk).status())
        .isEqualTo(200);
    assertThat(app.get("/api/v1/snapshots/NO/at?position=1", sdk).status()).isEqualTo(400);
  }

  @Test
  void exactly_one_question_is_asked() {
    for (String question :
        List.of("", "?position=1&time=2026-11-22T10:00:00Z", "?position=-1", "?time=yesterday")) {
      assertThat(at(question).code()).as(question).isEqualTo("invalid_value");
    }
    assertThat(at("?pos=1").json().getString("field")).isEqualTo("pos");
  }
}
