package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Role;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.Story;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clause 10, from the server's side. */
class SnapshotDeltasTest {
  private static final String PATH = "/api/v1/snapshots/production";

  private TestApp app;
  private String sdk;
  private SnapshotHolder holder;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    app = TestApp.start(folder, SnapshotDeltasTest::begin);
    sdk = app.token(Role.SDK);
    String vkey =
        app.get("/api/v1/keys", sdk).json().getJsonObject("snapshot").getString("production");
    holder = new SnapshotHolder("production", VerifierKey.parse(vkey));
  }

  private static void begin(Story story) {
    for (int i = 0; i < 20; i++) {
      story.say(new ExperimentDrafted("e" + i, Story.design("e" + i)));
      story.say(new ExperimentStarted("e" + i, 1_000_000, 0, Story.slots(1_000_000), null, null));
    }
  }

  @AfterEach
  void stop() {
    app.close();
  }

  private TestApp.Answer newest(String... headers) {
    return app.get(PATH + "?min_position=" + app.log.head(), sdk, headers);
  }

  private EventReader stream(String... headers) {
    HttpResponse<InputStream> response = app.open(PATH + "/stream?deltas=true", sdk, headers);
    assertThat(response.statusCode()).isEqualTo(200);
    return new EventReader(response.body());
  }

  /** The note of an event, of whatever type, for a reader that serves what the holder does. */
  private byte[] note(List<String> event) throws Exception {
    String data =
        event.stream()
            .filter(line -> line.startsWith("data: "))
            .map(line -> line.substring(6))
            .collect(Collectors.joining("\n"));
    byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
    return event.getFirst().equals("event: delta")
        ? holder.whole(bytes)
        : newest().response().body();
  }

  /** 10.1 and 10.2. */
  @Test
  void a_reader_that_asks_gets_the_first_whole_and_then_deltas() throws Exception {
    try (EventReader events = stream()) {
      List<String> first = events.event();
      assertThat(first).startsWith("event: snapshot", "id: " + app.log.head());
      holder.offer(note(first));
      for (int i = 0; i < 5; i++) {
        app.story.say(new ExperimentPaused("e" + i));
        List<String> event = events.event();
        assertThat(event).startsWith("event: delta", "id: " + app.log.head()).hasSize(4);
        assertThat(event.get(2).length()).isLessThan(400);
        byte[] note = note(event);
        assertThat(note).isEqualTo(newest().response().body());
        assertThat(holder.offer(note)).isEqualTo(SnapshotHolder.Offer.ACCEPTED);
      }
    }
  }

  /** 10.1. */
  @Test
  void a_reader_that_does_not_ask_gets_whole_ones() {
    HttpResponse<InputStream> response = app.open(PATH + "/stream?deltas=false", sdk);
    try (EventReader plain = new EventReader(app.open(PATH + "/stream", sdk).body());
        EventReader no = new EventReader(response.body())) {
      assertThat(plain.event()).startsWith("event: snapshot");
      assertThat(no.event()).startsWith("event: snapshot");
      app.story.say(new ExperimentKilled("e7", null, null));
      assertThat(plain.event()).startsWith("event: snapshot", "id: " + app.log.head());
      assertThat(no.event()).startsWith("event: snapshot", "id: " + app.log.head());
    }
    TestApp.Answer wrong = app.get(PATH + "/stream?deltas=1", sdk);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().getString("field")).isEqualTo("deltas");
  }

  /** 10.5: the base is what the reader has, however many positions ago. */
  @Test
  void a_reader_that_comes_back_gets_one_delta_from_what_it_has() throws Exception {
    holder.offer(newest().response().body());
    long has = app.log.head();
    for (int i = 0; i < 10; i++) {
      app.story.say(new ExperimentPaused("e" + i));
      app.story.say(new ExperimentResumed("e" + i, null));
    }
    app.story.say(new ExperimentPaused("e3"));
    assertThat(newest().status()).isEqualTo(200);
    try (EventReader events = stream("Last-Event-ID", Long.toString(has))) {
      List<String> event = events.event();
      assertThat(event).startsWith("event: delta", "id: " + app.log.head());
      assertThat(event.get(2)).startsWith("data: {\"from\":" + has + ",");
      byte[] note = note(event);
      assertThat(note).isEqualTo(newest().response().body());
      assertThat(holder.offer(note)).isEqualTo(SnapshotHolder.Offer.ACCEPTED);
    }
  }

  /** 10.5. */
  @Test
  void a_position_that_this_node_never_gave_out_is_answered_with_a_whole_snapshot() {
    for (String unknown : List.of("1", "-1", "0", "of another server")) {
      try (EventReader events = stream("Last-Event-ID", unknown)) {
        assertThat(events.event()).startsWith("event: snapshot", "id: " + app.log.head());
      }
    }
  }

  /** 10.6. */
  @Test
  void a_snapshot_is_compressed_for_those_who_take_it() throws Exception {
    TestApp.Answer plain = newest();
    assertThat(plain.header("Content-Encoding")).isEmpty();
    assertThat(plain.header("Vary")).isEqualTo("Accept-Encoding");
    for (String taken : List.of("gzip", "br, GZIP;q=0.5", "*", "deflate, *;q=0.1")) {
      TestApp.Answer small = newest("Accept-Encoding", taken);
      assertThat(small.header("Content-Encoding")).as(taken).isEqualTo("gzip");
      assertThat(small.header("Vary")).isEqualTo("Accept-Encoding");
      assertThat(small.response().body().length).isLessThan(plain.response().body().length / 5);
      try (InputStream unzipped =
          new GZIPInputStream(new ByteArrayInputStream(small.response().body()))) {
        assertThat(unzipped.readAllBytes()).isEqualTo(plain.response().body());
      }
    }
    for (String not :
        List.of("identity", "br", "gzip;q=0", "*;q=0", "gzip;q=0, *", "gzip;x=1", "")) {
      assertThat(newest("Accept-Encoding", not).header("Content-Encoding")).as(not).isEmpty();
    }
  }

  /** 10.6: two representations, two tags (RFC 9110, 8.8.3); either says that the reader has it. */
  @Test
  void a_compressed_snapshot_has_a_tag_of_its_own_and_both_tags_are_known() {
    String tag = "\"" + app.log.head() + "\"";
    String gzip = "\"" + app.log.head() + "-gzip\"";
    assertThat(newest().header("ETag")).isEqualTo(tag);
    assertThat(newest("Accept-Encoding", "gzip").header("ETag")).isEqualTo(gzip);
    for (String known : List.of(tag, gzip, "W/" + gzip, "\"1\", " + gzip)) {
      TestApp.Answer same = newest("If-None-Match", known, "Accept-Encoding", "gzip");
      assertThat(same.status()).isEqualTo(304);
      assertThat(same.header("ETag")).isEqualTo(gzip);
      assertThat(same.header("Vary")).isEqualTo("Accept-Encoding");
      assertThat(newest("If-None-Match", known).status()).isEqualTo(304);
      assertThat(newest("If-None-Match", known).header("ETag")).isEqualTo(tag);
    }
    app.story.say(new ExperimentPaused("e3"));
    assertThat(newest("If-None-Match", gzip, "Accept-Encoding", "gzip").status()).isEqualTo(200);
  }
}
