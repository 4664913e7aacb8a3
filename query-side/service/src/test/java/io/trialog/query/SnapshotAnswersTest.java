package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Role;
import io.trialog.language.log.StoredEvent;
import io.trialog.projections.Projections;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.Story;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotAnswersTest {
  private static final String PATH = "/api/v1/snapshots/production";

  private TestApp app;
  private String sdk;

  @BeforeEach
  void start(@TempDir Path folder) {
    app =
        TestApp.start(
            folder,
            new StreamLimits(Duration.ofMillis(200), 2),
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

  private TestApp.Answer newest(String... headers) {
    return app.get(PATH + "?min_position=" + app.log.head(), sdk, headers);
  }

  @Test
  void a_snapshot_is_a_note_that_the_published_key_verifies() throws Exception {
    TestApp.Answer answer = newest();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type"))
        .isEqualToIgnoringCase("text/vnd.trialog.snapshot;charset=utf-8");
    assertThat(answer.header("ETag")).isEqualTo("\"" + app.log.head() + "\"");
    assertThat(answer.header("Cache-Control")).isEqualTo("private, no-cache");
    String vkey =
        app.get("/api/v1/keys", sdk).json().getJsonObject("snapshot").getString("production");
    Snapshot snapshot =
        SnapshotReader.open(answer.response().body(), VerifierKey.parse(vkey), "production");
    assertThat(snapshot.position()).isEqualTo(app.log.head());
    assertThat(snapshot.experiment("checkout")).isNotNull();
  }

  /** Whatever is spared in looking for a route: the answers are those of Spring's own search. */
  @ParameterizedTest
  @CsvSource({
    "/api/v1/snap%73hots/production, 200",
    "/api/v1/snapshots/%70roduction, 200",
    "/api/v1/snapshots/production/at?position=0, 200",
    "/api/v1/snapshots/production/, 404",
    "/api/v1/Snapshots/production, 404",
    "/api/v1/snapshots, 404",
    "/api/v1/snapshots/a/b/c, 404",
    "/api/v1/snapshots//production, 400",
    "/api/v1/snapshots/production;a=b, 400",
    "/api/v1/snapshots/pro%2Fduction, 400",
    "/api/v1/receipts, 405",
    "/environments/production/ofrep/v1/evaluate/flags/x, 405",
    "/, 200",
    "/nothing, 404"
  })
  void a_route_is_found_by_its_path_as_it_is_decoded(String path, int status) {
    assertThat(app.get(path, sdk).status()).isEqualTo(status);
  }

  @Test
  void the_same_snapshot_is_not_sent_twice_and_the_next_one_is() {
    String tag = newest().header("ETag");
    TestApp.Answer unchanged = newest("If-None-Match", tag);
    assertThat(unchanged.status()).isEqualTo(304);
    assertThat(unchanged.response().body()).isEmpty();
    assertThat(unchanged.header("ETag")).isEqualTo(tag);
    assertThat(newest("If-None-Match", "\"1\", W/" + tag).status()).isEqualTo(304);
    app.story.say(new ExperimentPaused("checkout"));
    TestApp.Answer changed = newest("If-None-Match", tag);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.text()).contains("\"status\":\"paused\"");
  }

  @Test
  void what_is_not_there_or_not_allowed_is_a_problem() {
    assertThat(app.get(PATH, "").status()).isEqualTo(401);
    TestApp.Answer unknownToken = app.get(PATH, "trl_aa_" + "x".repeat(43));
    assertThat(unknownToken.status()).isEqualTo(401);
    assertThat(unknownToken.code()).isEqualTo("token_required");
    TestApp.Answer viewer = app.get(PATH, app.token(Role.VIEWER));
    assertThat(viewer.status()).isEqualTo(403);
    assertThat(viewer.code()).isEqualTo("access_denied");
    for (String path : List.of("/api/v1/snapshots/qa", "/api/v1/snapshots/qa/stream")) {
      TestApp.Answer unknown = app.get(path, sdk);
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.code()).isEqualTo("environment_not_found");
      assertThat(unknown.header("Content-Type")).isEqualTo("application/problem+json");
    }
    assertThat(app.get("/api/v1/snapshots/NO", sdk).status()).isEqualTo(400);
    assertThat(app.get(PATH + "?minposition=3", sdk).json().getString("field"))
        .isEqualTo("minposition");
  }

  @Test
  void a_position_that_does_not_come_is_unavailable() {
    TestApp.Answer answer = app.get(PATH + "?min_position=" + Long.MAX_VALUE, sdk);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("position_not_reached");
    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(app.get(PATH + "?min_position=-1", sdk).code()).isEqualTo("invalid_value");
  }

  private EventReader stream(String... headers) {
    HttpResponse<InputStream> response = app.open(PATH + "/stream", sdk, headers);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");
    return new EventReader(response.body());
  }

  private static String data(List<String> event) {
    return event.stream()
            .filter(line -> line.startsWith("data: ") || line.equals("data:"))
            .map(line -> line.substring(Math.min(line.length(), 6)))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  @Test
  void a_stream_begins_with_the_newest_snapshot_and_goes_on_with_a_kill() {
    TestApp.Answer newest = newest();
    try (EventReader events = stream()) {
      List<String> first = events.event();
      assertThat(first).startsWith("event: snapshot", "id: " + app.log.head());
      assertThat(data(first)).isEqualTo(newest.text());
      StoredEvent kill = app.story.say(new ExperimentKilled("checkout", null, null));
      List<String> second = events.event();
      assertThat(second).startsWith("event: snapshot", "id: " + kill.position());
      assertThat(data(second)).contains("\"status\":\"killed\"").isEqualTo(newest().text());
    }
  }

  @Test
  void a_stream_resumes_behind_the_last_event_and_beats_while_nothing_happens() {
    String seen = Long.toString(app.log.head());
    assertThat(newest().status()).isEqualTo(200);
    try (EventReader events = stream("Last-Event-ID", seen)) {
      for (int beat = 0; beat < 4; beat++) {
        assertThat(events.block()).containsExactly(":");
      }
      StoredEvent pause = app.story.say(new ExperimentPaused("checkout"));
      assertThat(events.event()).contains("id: " + pause.position());
    }
    try (EventReader events = stream("Last-Event-ID", "of another server")) {
      assertThat(events.event()).contains("id: " + app.log.head());
    }
  }

  @Test
  void streams_are_bounded_and_a_closed_one_makes_room() {
    EventReader first = stream();
    EventReader second = stream();
    TestApp.Answer third = app.get(PATH + "/stream", sdk);
    assertThat(third.status()).isEqualTo(503);
    assertThat(third.code()).isEqualTo("too_many_streams");
    first.close();
    // The server meets the closed connection when it writes the next heartbeats.
    SnapshotStreams streams = app.bean(SnapshotStreams.class);
    long deadline = System.nanoTime() + TestApp.LIMIT.toNanos();
    while (streams.count() > 1 && System.nanoTime() < deadline) {
      second.block();
    }
    assertThat(streams.count()).isEqualTo(1);
    try (EventReader again = stream()) {
      assertThat(again.event()).contains("event: snapshot");
    }
    second.close();
  }

  @Test
  void a_revoked_token_ends_its_stream() {
    try (EventReader events = stream()) {
      assertThat(events.event()).contains("event: snapshot");
      app.revoke(sdk);
      events.awaitEnd();
    }
    assertThat(app.get(PATH, sdk).status()).isEqualTo(401);
  }

  @Test
  void open_streams_do_not_hold_up_the_shutdown() {
    try (EventReader events = stream()) {
      assertThat(events.event()).contains("event: snapshot");
      long begin = System.nanoTime();
      app.close();
      events.awaitEnd();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    }
  }

  @Test
  void keys_are_for_anyone_with_a_token() {
    assertThat(app.get("/api/v1/keys", "").status()).isEqualTo(401);
    var keys = app.get("/api/v1/keys", app.token(Role.VIEWER)).json();
    assertThat(keys.getJsonObject("snapshot").keySet()).contains("production", "staging");
    assertThat(keys.getString("log"))
        .isEqualTo(app.bean(Projections.class).auditKeys().logKey().vkey());
    assertThat(keys.getString("export")).startsWith("audit.example.com/test");
    assertThat(new String(newest().response().body(), StandardCharsets.UTF_8))
        .contains("— trialog/production ");
  }
}
