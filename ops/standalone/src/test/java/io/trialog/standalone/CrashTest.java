package io.trialog.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Run, kill -9, restart, compare: every acknowledged order is in the log, once. A second platform
 * on the same data is refused with a reason.
 */
@Timeout(300)
class CrashTest {
  private static final Duration START = Duration.ofSeconds(90);

  @TempDir Path folder;

  @Test
  void a_kill_9_loses_no_acknowledged_order() throws Exception {
    killAndCompare(1);
  }

  @Test
  @Tag("slow")
  void a_kill_9_again_and_again_loses_no_acknowledged_order() throws Exception {
    killAndCompare(4);
  }

  private void killAndCompare(int rounds) throws Exception {
    List<String> acknowledged = new ArrayList<>();
    Random random = new Random(11);
    for (int round = 0; round < rounds; round++) {
      try (Child platform = start()) {
        Api api = Api.of(address(platform), token());
        assertEveryOrderOnce(api, acknowledged);
        orderUntilKilled(platform, api, round, random.nextInt(30, 120), acknowledged);
      }
    }
    try (Child platform = start()) {
      assertEveryOrderOnce(Api.of(address(platform), token()), acknowledged);
      assertRefusesASecond();
      platform.terminate();
      assertThat(platform.awaitExit(Duration.ofSeconds(60))).isIn(0, 143);
      assertThat(platform.out()).contains("ended cleanly");
    }
  }

  private void assertRefusesASecond() throws Exception {
    try (Child second = start()) {
      assertThat(second.awaitExit(START)).isEqualTo(69);
      assertThat(second.out()).contains("is in use by another Trialog");
    }
  }

  /** Another thread kills while orders are under way, so that the last one may go either way. */
  private static void orderUntilKilled(
      Child platform, Api api, int round, int orders, List<String> acknowledged)
      throws InterruptedException {
    Thread killer = null;
    for (int i = 0; platform.isAlive(); i++) {
      if (i == orders) {
        killer = Thread.ofPlatform().start(() -> kill(platform));
      }
      String namespace = "crash/r" + round + "-" + i;
      try {
        api.post("/api/v1/namespaces", "{'namespace':'" + namespace + "'}").is(201);
        acknowledged.add(namespace);
      } catch (UncheckedIOException cutOff) {
        break;
      }
    }
    if (killer != null) {
      killer.join(20_000);
    }
    assertThat(platform.isAlive()).isFalse();
  }

  private static void kill(Child platform) {
    try {
      platform.killHard();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertEveryOrderOnce(Api api, List<String> acknowledged) {
    for (String namespace : acknowledged) {
      api.post("/api/v1/namespaces", "{'namespace':'" + namespace + "'}")
          .problem(409, "namespace_already_exists");
    }
  }

  private Child start() {
    return Child.start(
        folder,
        "io.trialog.standalone.Trialog",
        List.of("--data", folder.resolve("data").toString(), "--port", "0"));
  }

  private static URI address(Child platform) {
    return URI.create(platform.awaitLine("Trialog is ready at ", START).split(" ")[4]);
  }

  private String token() throws java.io.IOException {
    return Files.readString(folder.resolve("data/admin.token")).strip();
  }
}
