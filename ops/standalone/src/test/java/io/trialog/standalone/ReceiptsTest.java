package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Reason;
import jakarta.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients, a kill, and what the platform knows of who enforces it. */
class ReceiptsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String ENVIRONMENT = "/api/v1/environments/production/receipts";

  @TempDir static Path folder;

  private static BothSides platform;

  @BeforeAll
  static void start() {
    platform = BothSides.start(folder);
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  private static TrialogClient client(URI url, String token) {
    return TrialogClient.builder()
        .baseUrl(url)
        .token(token)
        .environment("production")
        .longestBackoff(Duration.ofMillis(200))
        .pollInterval(Duration.ofMillis(500))
        .build();
  }

  private static JsonObject awaited(String path, Predicate<JsonObject> condition) {
    Api viewer = platform.as("viewer", World.NAMESPACE);
    JsonObject found = viewer.get(path).is(200).json();
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.test(found)) {
      assertThat(System.nanoTime()).as("deadline; found %s", found).isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
      found = viewer.get(path).is(200).json();
    }
    return found;
  }

  private static JsonObject kill(JsonObject view) {
    return view.getJsonArray("kills").getJsonObject(0);
  }

  private static void awaitReason(TrialogClient client, String experiment, Reason reason) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (reason(client, experiment) != reason) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private static Reason reason(TrialogClient client, String experiment) {
    return client.peek(experiment, Context.of("user_id", "u1"), "fallback").reason();
  }

  @Test
  void of_three_clients_the_one_that_is_cut_off_is_missing_until_it_comes_back() throws Exception {
    String experiment = new World(platform).running().variables().get("experiment");
    String token = platform.fresh("sdk", World.NAMESPACE);
    URI url = platform.admin().base();
    try (Cable cable = new Cable(url);
        TrialogClient one = client(url, token);
        TrialogClient two = client(url, token);
        TrialogClient far = client(cable.url(), token)) {
      assertThat(far.awaitReady(SOON)).isTrue();
      awaited(ENVIRONMENT, view -> view.getInt("clients") == 3);

      cable.cut();
      platform
          .as("approver", World.NAMESPACE)
          .post("/api/v1/experiments/" + experiment + "/kill", "{'reason':'errors rise'}")
          .is(200);
      awaitReason(one, experiment, Reason.KILLED);
      awaitReason(two, experiment, Reason.KILLED);
      String receipts = "/api/v1/experiments/" + experiment + "/receipts";
      JsonObject first =
          kill(
              awaited(
                  receipts,
                  view ->
                      !view.getJsonArray("kills").isEmpty()
                          && kill(view).getInt("clients_enforcing") == 2));

      assertThat(first.getInt("clients_expected")).isEqualTo(3);
      assertThat(first.getInt("clients_missing")).isEqualTo(1);
      assertThat(first.getJsonArray("missing")).hasSize(1);
      assertThat(first.getJsonArray("missing").getJsonObject(0).getString("sdk"))
          .startsWith("java/");
      assertThat(first.getInt("p50_ms")).isBetween(0, first.getInt("p99_ms"));
      assertThat(first.getInt("p99_ms")).isLessThan(20_000);
      assertThat(reason(far, experiment)).isNotEqualTo(Reason.KILLED);

      cable.mend();
      awaitReason(far, experiment, Reason.KILLED);
      JsonObject all = kill(awaited(receipts, v -> kill(v).getInt("clients_missing") == 0));
      assertThat(all.getInt("clients_enforcing")).isEqualTo(3);
      assertThat(all.getJsonArray("missing")).isEmpty();
      assertThat(all.getInt("max_ms")).isGreaterThan(first.getInt("max_ms"));
      assertThat(all.getInt("p50_ms")).isLessThanOrEqualTo(first.getInt("p99_ms"));
      far.close(SOON);
      awaited(ENVIRONMENT, view -> view.getInt("clients") == 2);
    }
    awaited(ENVIRONMENT, view -> view.getInt("clients") == 0);
  }
}
