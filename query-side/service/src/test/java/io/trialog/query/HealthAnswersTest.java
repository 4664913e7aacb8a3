package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.projections.PartStatus;
import io.trialog.snapshots.Story;
import jakarta.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthAnswersTest {
  private static TestApp app;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, Story::everything);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  @Test
  void health_needs_no_token_and_says_which_part_is_not_up_and_why() {
    awaitPart("audit_log", "up");
    awaitPart("snapshots", "up");
    TestApp.Answer answer = app.get("/health", "");
    assertThat(answer.status()).isEqualTo(503);
    JsonObject json = answer.json();
    assertThat(json.getJsonObject("parts").getString("audit_log")).isEqualTo("up");
    assertThat(json.getJsonObject("parts").getString("stream")).isEqualTo("starting");
    assertThat(json.getJsonObject("reasons").getString("stream")).contains("Kafka");
    assertThat(json.getJsonObject("reasons")).doesNotContainKey("audit_log");
    app.more.put("kafka", PartStatus.down("it is away"));
    assertThat(app.get("/health", "").json().getString("status")).isEqualTo("down");
    app.more.remove("kafka");
  }

  @Test
  void health_shows_what_parts_count() {
    app.counted.put("control_messages_refused_unsigned", 2L);
    assertThat(
            app.get("/health", "")
                .json()
                .getJsonObject("counters")
                .getInt("control_messages_refused_unsigned"))
        .isEqualTo(2);
  }

  @Test
  void a_log_that_cannot_be_read_shows() {
    app.log.breakDown(true);
    try {
      awaitPart("snapshots", "down");
    } finally {
      app.log.breakDown(false);
    }
  }

  private static void awaitPart(String part, String state) {
    long deadline = System.nanoTime() + TestApp.LIMIT.toNanos();
    String found = "";
    while (!found.equals(state) && System.nanoTime() < deadline) {
      found = app.get("/health", "").json().getJsonObject("parts").getString(part);
    }
    assertThat(found).as(part).isEqualTo(state);
  }

  @Test
  void the_front_page_says_where_to_look() {
    TestApp.Answer page = app.get("/", "");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type")).startsWith("text/plain");
    assertThat(page.text()).contains("Trialog", "/api/v1/experiments", "Bearer");
  }
}
