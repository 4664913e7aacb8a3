package io.trialog.projections;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.publishers.redis.RedisAddress;
import io.trialog.publishers.redis.RedisServer;
import io.trialog.sdk.core.SnapshotPointer;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Story;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 13.2, 13.5 and 13.6, as the operator sees them. */
@Timeout(120)
class PublishersTest {
  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  private Publishers publishers(Host host, RedisAddress redis) {
    PublisherSettings settings = new PublisherSettings(redis, folder.resolve("public"));
    return Publishers.start(host.projections, settings, Clock.systemUTC());
  }

  @Test
  void redis_and_files_have_the_newest_and_are_up() throws Exception {
    story.everything();
    try (RedisServer server = RedisServer.started("--requirepass", "sesame");
        Host host = new Host(log, folder);
        Publishers publishers = publishers(host, server.address("sesame"))) {
      Host.await(
          () -> publishers.parts().values().stream().allMatch(PartStatus.UP::equals), "both up");
      assertThat(publishers.parts()).containsOnlyKeys("redis", "snapshot_files");
      awaitPointer(host, log.head());
      assertThat(publishers.counters().get("redis_puts")).isPositive();
      assertThat(publishers.counters().get("redis_failures")).isZero();
    }
  }

  @Test
  void a_wrong_password_of_redis_is_said_in_its_part_and_delays_no_file() throws Exception {
    story.everything();
    try (RedisServer server = RedisServer.started("--requirepass", "sesame");
        Host host = new Host(log, folder);
        Publishers publishers = publishers(host, server.address("open-sesame"))) {
      Host.await(
          () -> publishers.parts().get("redis").state() == PartStatus.State.DOWN, "the refusal");
      assertThat(publishers.parts().get("redis").reason())
          .contains("WRONGPASS", "TRIALOG_REDIS_PASSWORD")
          .doesNotContain("sesame");
      story.say(new ExperimentDrafted("after", Story.design("after")));
      awaitPointer(host, log.head());
      assertThat(publishers.parts().get("snapshot_files")).isEqualTo(PartStatus.UP);
      assertThat(publishers.counters().get("redis_failures")).isPositive();
    }
  }

  @Test
  void nothing_is_published_where_nobody_asked_for_it() {
    try (Host host = new Host(log, folder);
        Publishers publishers =
            Publishers.start(host.projections, PublisherSettings.NONE, Clock.systemUTC())) {
      assertThat(publishers.parts()).isEmpty();
      assertThat(publishers.counters()).isEmpty();
    }
  }

  private void awaitPointer(Host host, long position) {
    Path latest = folder.resolve("public/production/latest");
    Host.await(
        () -> {
          try {
            return Files.exists(latest)
                && SnapshotPointer.open(
                            Files.readAllBytes(latest),
                            host.projections.snapshotKeys().signer("production").verifierKey(),
                            "production")
                        .position()
                    == position;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        "the pointer to " + position);
  }
}
