package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Role;
import io.trialog.snapshots.Story;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is answered without Kafka; with it, see the collector's tests. */
class BatchAnswersTest {
  private static final String PATH = "/api/v1/batches";

  private static TestApp app;
  private static String sdk;

  @BeforeAll
  static void start(@TempDir Path folder) {
    app = TestApp.start(folder, Story::everything);
    sdk = app.token(Role.SDK);
  }

  @AfterAll
  static void stop() {
    app.close();
  }

  @Test
  void until_kafka_is_up_a_batch_is_unavailable_and_should_come_again() {
    TestApp.Answer answer = app.post(PATH, sdk, "{\"exposures\":[],\"outcomes\":[]}");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("stream_unavailable");
    assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
  }

  @Test
  void a_batch_of_ten_megabytes_is_refused_and_its_sender_hears_of_it() {
    byte[] body = new byte[10_000_000];
    TestApp.Answer known =
        app.send(app.request(PATH, sdk).POST(BodyPublishers.ofByteArray(body)).build());
    assertTooLarge(known);
    TestApp.Answer unknownLength =
        app.send(
            app.request(PATH, sdk)
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                .build());
    assertTooLarge(unknownLength);
  }

  private static void assertTooLarge(TestApp.Answer answer) {
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("batch_too_large");
    assertThat(answer.json().getInt("limit_bytes")).isEqualTo(1_048_576);
    assertThat(answer.json().getInt("limit_events")).isEqualTo(1_000);
  }

  @Test
  void only_programs_and_admins_send_events() {
    assertThat(app.post(PATH, "", "{}").status()).isEqualTo(401);
    TestApp.Answer viewer = app.post(PATH, app.token(Role.VIEWER), "{}");
    assertThat(viewer.status()).isEqualTo(403);
    assertThat(app.denials).contains("POST " + PATH);
    assertThat(app.post(PATH, app.token(Role.ADMIN), "{}").status()).isEqualTo(503);
    assertThat(app.get(PATH, sdk).status()).isEqualTo(405);
  }
}
