package io.trialog.publishers.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.publishers.Courier;
import io.trialog.publishers.Notes;
import io.trialog.publishers.OutletException;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.LogFollower;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotKeys;
import io.trialog.snapshots.SnapshotPublisher;
import io.trialog.snapshots.Story;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.params.ClientKillParams;

/** Protocol clause 13.5, on a real Redis. */
@Timeout(120)
class RedisSnapshotsTest {
  private static final String KEY = "trialog:snapshot:production";

  @TempDir Path folder;
  private SnapshotKeys keys;

  @BeforeEach
  void openKeys() {
    keys = SnapshotKeys.open(folder.resolve("keys"));
  }

  private PublishedSnapshot note(long position) {
    return Notes.of("production", position, Status.RUNNING, keys.signer("production"));
  }

  @Test
  void a_note_is_in_its_key_and_its_position_on_its_channel() throws Exception {
    try (RedisServer server = RedisServer.started();
        Jedis reader = server.client();
        Heard heard = new Heard(server);
        RedisSnapshots redis = new RedisSnapshots(server.address(""), keys)) {
      redis.put(note(10));
      assertThat(reader.get(KEY)).isEqualTo(note(10).note());
      redis.put(note(9));
      redis.put(note(10));
      redis.put(note(11));
      redis.put(Notes.of("staging", 12, Status.RUNNING, keys.signer("staging")));
      assertThat(reader.get(KEY)).isEqualTo(note(11).note());
      assertThat(reader.get("trialog:snapshot:staging")).contains("\"position\":12");
      Notes.await("both messages", () -> heard.positions.size() >= 2);
      assertThat(heard.positions).containsExactly(10L, 11L);
    }
  }

  /** Messages are sent in the step that sets the key, so their order is the order of the values. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void two_publishers_at_once_never_move_the_key_backwards(long seed) throws Exception {
    int most = 300;
    try (RedisServer server = RedisServer.started();
        Jedis reader = server.client();
        Heard heard = new Heard(server)) {
      List<Thread> publishers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        List<PublishedSnapshot> shuffled = new ArrayList<>();
        for (long position = 1; position <= most; position++) {
          shuffled.add(note(position));
        }
        Collections.shuffle(shuffled, new Random(seed * 2 + i));
        publishers.add(
            Thread.ofPlatform()
                .start(() -> {
                  try (RedisSnapshots redis = new RedisSnapshots(server.address(""), keys)) {
                    shuffled.forEach(redis::put);
                  }
                }));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      Notes.await("the last position", () -> heard.positions.contains((long) most));
      assertThat(heard.positions).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
      assertThat(reader.get(KEY)).isEqualTo(note(most).note());
    }
  }

  @Test
  void a_note_that_we_did_not_sign_does_not_stop_the_key_by_a_high_position() throws Exception {
    NoteSigner thief = NoteSigner.generate("trialog/production");
    try (RedisServer server = RedisServer.started();
        Jedis vandal = server.client();
        RedisSnapshots redis = new RedisSnapshots(server.address(""), keys)) {
      for (String held :
          List.of(
              Notes.of("production", 9_000, Status.RUNNING, thief).note(),
              note(9_000).note().replace("9000", "9001"),
              "\"position\":99999999999999999999,\"time\":\"x\"}\n",
              "no note\n",
              "",
              "x".repeat(1_000_000))) {
        vandal.set(KEY, held);
        redis.put(note(10));
        assertThat(vandal.get(KEY)).isEqualTo(note(10).note());
      }
      vandal.set(KEY, note(11).note());
      redis.put(note(10));
      assertThat(vandal.get(KEY)).isEqualTo(note(11).note());
    }
  }

  @Test
  void a_cut_connection_costs_one_failure_and_a_restart_without_its_memory_gets_the_newest_again()
      throws Exception {
    FakeEventLog log = new FakeEventLog();
    Story story = new Story(log);
    story.everything();
    SnapshotPublisher snapshots = new SnapshotPublisher(keys, log.head());
    LogFollower follower = new LogFollower(log, List.of(snapshots));
    Duration soon = Duration.ofMillis(20);
    Courier.Pace pace = new Courier.Pace(soon, Duration.ofMillis(100), soon, soon);
    try (RedisServer server = RedisServer.started();
        Courier courier =
            Courier.start(snapshots, new RedisSnapshots(server.address(""), keys), pace)) {
      follower.start();
      awaitHeld(server, log.head());
      try (Jedis operator = server.client()) {
        operator.clientKill(new ClientKillParams().skipMe(ClientKillParams.SkipMe.YES));
      }
      story.say(new NamespaceCreated("acme/more", "More"));
      awaitHeld(server, log.head());
      Notes.await("a counted failure", () -> courier.status().failures() > 0);
      server.stop();
      Notes.await("trouble", () -> courier.status().trouble().isPresent());
      assertThat(courier.status().trouble().orElseThrow()).contains("does not answer");
      server.start();
      awaitHeld(server, log.head());
      Notes.await("no trouble", () -> courier.status().trouble().isEmpty());
    } finally {
      follower.close();
      snapshots.close();
    }
  }

  private void awaitHeld(RedisServer server, long position) throws Exception {
    try (Jedis reader = server.client()) {
      Notes.await(
          "position " + position,
          () -> {
            String held = reader.get(KEY);
            return held != null && held.contains("\"position\":" + position + ",");
          });
      byte[] note = reader.get(KEY).getBytes(StandardCharsets.UTF_8);
      assertThat(
              SnapshotReader.open(note, keys.signer("production").verifierKey(), "production")
                  .position())
          .isEqualTo(position);
    }
  }

  @Test
  void a_wrong_password_is_said_and_not_shown() throws Exception {
    try (RedisServer server = RedisServer.started("--requirepass", "sesame")) {
      for (String password : List.of("", "open-sesame")) {
        try (RedisSnapshots redis = new RedisSnapshots(server.address(password), keys)) {
          assertThatThrownBy(() -> redis.put(note(10)))
              .isInstanceOf(OutletException.class)
              .hasMessageContaining("refuses: ")
              .hasMessageContaining("--redis-password-file")
              .hasMessageNotContaining("sesame");
        }
      }
      try (RedisSnapshots redis = new RedisSnapshots(server.address("sesame"), keys)) {
        redis.put(note(10));
      }
    }
  }

  @Test
  void nobody_there_is_said_with_the_place() {
    RedisAddress nowhere = RedisAddress.of("redis://127.0.0.1:1", "", "");
    try (RedisSnapshots redis = new RedisSnapshots(nowhere, keys)) {
      assertThatThrownBy(() -> redis.put(note(10)))
          .isInstanceOf(OutletException.class)
          .hasMessageContaining("Redis at 127.0.0.1:1 does not answer");
    }
  }

  @Test
  void an_address_is_read_and_a_secret_in_it_refused() {
    assertThat(RedisAddress.of("redis://cache", "", ""))
        .isEqualTo(new RedisAddress("cache", 6379, 0, false, "", ""));
    assertThat(RedisAddress.of("rediss://cache:7000/3", "u", "p"))
        .isEqualTo(new RedisAddress("cache", 7000, 3, true, "u", "p"));
    for (String wrong :
        List.of("cache:6379", "http://cache", "redis://", "redis://cache/x", "re dis://cache")) {
      assertThatThrownBy(() -> RedisAddress.of(wrong, "", ""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("redis://127.0.0.1:6379");
    }
    assertThatThrownBy(() -> RedisAddress.of("redis://u:sesame@cache", "", ""))
        .hasMessageContaining("TRIALOG_REDIS_PASSWORD")
        .hasMessageNotContaining("sesame");
    assertThat(new RedisAddress("cache", 1, 0, false, "u", "sesame").toString())
        .isEqualTo("cache:1");
  }

  /** Positions told on the channel of production. */
  private static final class Heard extends JedisPubSub implements AutoCloseable {
    final List<Long> positions = new CopyOnWriteArrayList<>();
    private final CountDownLatch subscribed = new CountDownLatch(1);
    private final Thread thread;

    Heard(RedisServer server) throws InterruptedException {
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try (Jedis jedis = server.client()) {
                  jedis.subscribe(this, RedisSnapshots.channel("production"));
                }
              });
      assertThat(subscribed.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void onSubscribe(String channel, int count) {
      subscribed.countDown();
    }

    @Override
    public void onMessage(String channel, String message) {
      positions.add(Long.parseLong(message));
    }

    @Override
    public void close() {
      unsubscribe();
      try {
        thread.join(20_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
