package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real experiment of 57,828 visits through a platform in a process of its own: once, once more,
 * and with a kill -9 in the middle. The expected numbers were counted from the file by an
 * independent program.
 */
@Timeout(600)
class LandingPageTest {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration REPLAY = Duration.ofSeconds(240);

  @TempDir Path folder;

  private Child platform;

  @AfterEach
  void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  @Test
  void a_replay_has_the_numbers_of_the_file_and_once_more_changes_none() throws Exception {
    URI address = startPlatform();

    JsonObject first = finish(replay(address));
    assertThat(first.getInt("duplicates")).isZero();
    assertNumbers(first);

    JsonObject again = finish(replay(address));
    assertThat(again.getInt("duplicates")).isEqualTo(57_828);
    assertNumbers(again);
    assertThat(again.get("lift")).isEqualTo(first.get("lift"));
    assertThat(again.get("interval")).isEqualTo(first.get("interval"));
    assertThat(again.get("srm_p")).isEqualTo(first.get("srm_p"));
    assertThat(results(address).getInt("late_events")).isZero();
  }

  @Test
  @Tag("slow")
  void a_kill_9_in_the_middle_and_a_resumed_replay_end_with_the_same_numbers() throws Exception {
    URI address = startPlatform();
    Child replay = replay(address);
    awaitSubjects(address, 8_000);

    platform.killHard();
    replay.killHard();
    int port = address.getPort();
    platform = startPlatform(port);
    platform.awaitLine("Trialog is ready", START);

    assertNumbers(finish(replay(address)));
  }

  private static void assertNumbers(JsonObject result) {
    assertThat(result.getInt("rows")).isEqualTo(57_828);
    assertThat(result.getInt("accepted")).isEqualTo(57_828);
    assertThat(result.getInt("rejected")).isZero();
    assertThat(result.getInt("subjects_in_two_arms")).isEqualTo(71);
    assertVariant(result, "control", 28_792, 3_509);
    assertVariant(result, "treatment", 28_817, 3_431);
    JsonArray interval = result.getJsonArray("interval");
    assertThat(interval.getJsonNumber(0).doubleValue()).isNegative();
    assertThat(interval.getJsonNumber(1).doubleValue()).isPositive();
    assertThat(result.getJsonNumber("lift").doubleValue()).isBetween(-0.03, -0.01);
    assertThat(result.getJsonNumber("srm_p").doubleValue()).isGreaterThan(0.001);
    assertThat(result.getString("status")).isEqualTo("running");
  }

  private static void assertVariant(JsonObject result, String key, int n, int sum) {
    JsonObject variant =
        result.getJsonArray("variants").stream()
            .map(value -> value.asJsonObject())
            .filter(value -> value.getString("key").equals(key))
            .findFirst()
            .orElseThrow();
    assertThat(variant.getInt("n")).as(key).isEqualTo(n);
    assertThat(variant.getJsonNumber("sum").doubleValue()).as(key).isEqualTo(sum);
  }

  private void awaitSubjects(URI address, long wanted) {
    Api api = Api.of(address, token());
    api.await(
        "/api/v1/experiments/landing-page/results", REPLAY, results -> subjects(results) >= wanted);
  }

  private static long subjects(JsonObject results) {
    return results.getJsonArray("metrics").stream()
        .flatMap(metric -> metric.asJsonObject().getJsonArray("variants").stream())
        .mapToLong(variant -> variant.asJsonObject().getJsonNumber("n").longValue())
        .sum();
  }

  private JsonObject results(URI address) {
    return Api.of(address, token()).get("/api/v1/experiments/landing-page/results").is(200).json();
  }

  private JsonObject finish(Child replay) throws InterruptedException {
    try (replay) {
      assertThat(replay.awaitExit(REPLAY)).as(replay.err() + replay.out()).isZero();
      try (JsonReader reader = Json.createReader(new StringReader(replay.out()))) {
        return reader.readObject();
      }
    }
  }

  private Child replay(URI address) {
    Path csv =
        Path.of(System.getProperty("trialog.root"), "..", "shared", "data", "landing-page.csv");
    return Child.start(
        folder,
        "io.trialog.replay.Replay",
        List.of(
            csv.normalize().toString(),
            "--subject",
            "user_id",
            "--time",
            "timestamp",
            "--variant",
            "group",
            "--outcome",
            "converted",
            "--segment",
            "country",
            "--segment",
            "landing_page",
            "--url",
            address.toString(),
            "--token-file",
            folder.resolve("data/admin.token").toString(),
            "--json"));
  }

  private URI startPlatform() {
    platform = startPlatform(0);
    String line = platform.awaitLine("Trialog is ready at ", START);
    return URI.create(line.split(" ")[4]);
  }

  private Child startPlatform(int port) {
    return Child.start(
        folder,
        "io.trialog.standalone.Trialog",
        List.of("--data", folder.resolve("data").toString(), "--port", Integer.toString(port)));
  }

  private String token() {
    long deadline = System.nanoTime() + START.toNanos();
    Path file = folder.resolve("data/admin.token");
    while (!java.nio.file.Files.exists(file)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
    try {
      return java.nio.file.Files.readString(file).strip();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
