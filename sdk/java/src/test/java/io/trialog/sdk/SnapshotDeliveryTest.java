package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.TrialogClient.Mode;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.FlagReason;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Reason;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteSigner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 7.1 to 7.7. */
@Timeout(60)
class SnapshotDeliveryTest {
  private static final Context USER = Context.of("user_id", "u1");

  private FakePlatform platform;

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform();
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static Decision ask(TrialogClient client) {
    return client.evaluate("checkout", USER, "fallback");
  }

  private static void awaitPosition(TrialogClient client, long position) {
    Await.until(
        "position " + position,
        () -> client.snapshot().map(s -> s.position() == position).orElse(false));
  }

  @Test
  void polling_serves_the_snapshot_and_then_asks_only_whether_it_changed() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().mode(Mode.POLLING).build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      Await.until("the server said 304 twice", () -> platform.notModified.get() >= 2);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      assertThat(client.state()).isEqualTo(ClientState.READY);
      assertThat(client.counters().snapshotsAccepted()).isEqualTo(1);
      platform.publish(11, Status.PAUSED);
      awaitPosition(client, 11);
      assertThat(ask(client).reason()).isEqualTo(Reason.NOT_RUNNING);
      assertThat(platform.streamsOpened).hasValue(0);
    }
  }

  @Test
  void a_kill_on_the_stream_stops_the_experiment_for_the_next_evaluation() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    // A poll interval beyond the test: what arrives, arrives on the stream.
    try (TrialogClient client = platform.client().pollInterval(Duration.ofHours(1)).build()) {
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      int polls = platform.polls.get();
      platform.publish(11, Status.KILLED);
      Await.until("killed", () -> ask(client).reason() == Reason.KILLED);
      assertThat(ask(client).variant()).isEqualTo("control");
      assertThat(platform.polls).hasValue(polls);
      assertThat(platform.lastEventIds).containsExactly("10");
    }
  }

  @Test
  void a_dropped_stream_is_opened_again_from_the_position_reached() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().build()) {
      for (int round = 1; round <= 3; round++) {
        int opened = round;
        Await.until("stream " + round, () -> platform.streamsOpened.get() >= opened);
        platform.publish(10 + round, Status.RUNNING);
        awaitPosition(client, 10 + round);
        platform.dropStreams();
      }
      Await.until("stream 4", () -> platform.streamsOpened.get() >= 4);
      assertThat(platform.lastEventIds).startsWith("10", "11", "12", "13");
      assertThat(client.counters().streamsOpened()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void a_silent_stream_is_given_up_and_opened_again() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    Duration short_ = Duration.ofMillis(200);
    try (TrialogClient client = platform.client().heartbeatTimeout(short_).build()) {
      Await.until("two streams", () -> platform.streamsOpened.get() >= 2);
      assertThat(client.counters().requestFailures()).isGreaterThanOrEqualTo(1);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
    }
  }

  @Test
  void without_a_stream_the_client_goes_on_polling_and_streams_when_it_can() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    platform.streaming = false;
    try (TrialogClient client = platform.client().build()) {
      awaitPosition(client, 10);
      platform.publish(11, Status.RUNNING);
      awaitPosition(client, 11);
      assertThat(client.state()).isEqualTo(ClientState.READY);
      assertThat(client.counters().streamsOpened()).isZero();
      platform.streaming = true;
      Await.until("a stream is open", () -> client.counters().streamsOpened() >= 1);
    }
  }

  @Test
  void an_older_snapshot_is_refused_and_the_newer_one_goes_on() throws Exception {
    platform.started().publish(10, Status.KILLED);
    try (TrialogClient client = platform.client().mode(Mode.POLLING).build()) {
      awaitPosition(client, 10);
      platform.publish(9, Status.RUNNING);
      Await.until("a refusal", () -> refusals(client) > 0);
      assertThat(client.counters().snapshotsRefused())
          .containsOnlyKeys(SnapshotRefusedException.Reason.OLDER_POSITION);
      assertThat(ask(client).reason()).isEqualTo(Reason.KILLED);
    }
  }

  @Test
  void a_forged_snapshot_is_refused_on_the_stream_and_by_poll() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    NoteSigner thief = NoteSigner.generate("trialog/production");
    String forged = SnapshotWriter.note(FakePlatform.snapshot(11, Status.KILLED), thief);
    Duration stale = Duration.ofMillis(300);
    try (TrialogClient client = platform.client().staleAfter(stale).build()) {
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      platform.publish(11, forged);
      Await.until("a refusal on the stream", () -> refusals(client) > 0);
      platform.heartbeat();
      platform.dropStreams();
      Await.until("refusals by poll", () -> refusals(client) > 2);
      Await.until("stale", () -> client.state() == ClientState.STALE);
      assertThat(client.counters().snapshotsRefused())
          .containsOnlyKeys(SnapshotRefusedException.Reason.NOT_SIGNED_BY_KEY);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      platform.publish(12, Status.RUNNING);
      Await.until("ready again", () -> client.state() == ClientState.READY);
    }
  }

  private static long refusals(TrialogClient client) {
    return client.counters().snapshotsRefused().values().stream().mapToLong(n -> n).sum();
  }

  @Test
  void a_client_that_starts_before_the_server_answers_fallbacks_and_recovers() throws Exception {
    List<ClientState> states = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void stateChanged(ClientState from, ClientState to) {
            states.add(to);
            throw new IllegalStateException("a listener's failure is the listener's");
          }
        };
    try (TrialogClient client = platform.client().listener(listener).build()) {
      Await.until("offline", () -> client.state() == ClientState.OFFLINE);
      assertThat(ask(client).reason()).isEqualTo(Reason.NOT_READY);
      assertThat(ask(client).variant()).isEqualTo("fallback");
      assertThat(client.awaitReady(Duration.ofMillis(10))).isFalse();
      platform.started().publish(10, Status.RUNNING);
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      // The listener is told after the state is there to be seen.
      Await.until("the listener heard it", () -> states.contains(ClientState.READY));
      assertThat(states).containsExactly(ClientState.OFFLINE, ClientState.READY);
    }
    assertThat(states).endsWith(ClientState.CLOSED);
  }

  @Test
  void a_lost_server_makes_the_client_stale_and_its_return_makes_it_ready() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    Duration stale = Duration.ofMillis(200);
    try (TrialogClient client = platform.client().staleAfter(stale).build()) {
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      platform.broken = true;
      platform.dropStreams();
      Await.until("stale", () -> client.state() == ClientState.STALE);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
      platform.broken = false;
      Await.until("ready again", () -> client.state() == ClientState.READY);
    }
  }

  /** Clause 8.4. */
  @Test
  void where_a_limit_is_set_a_snapshot_that_nobody_confirms_assigns_nobody() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    Duration limit = Duration.ofMillis(300);
    try (TrialogClient client = platform.client().safeAfter(limit).build()) {
      Await.until("confirmed", () -> ask(client).reason() == Reason.ASSIGNED);
      Await.until("a stream is open", () -> platform.openStreams() == 1);
      platform.broken = true;
      platform.dropStreams();
      Await.until("the limit is over", () -> ask(client).reason() == Reason.NOT_READY);
      assertThat(client.evaluateAll(Context.of("user_id", "u1"))).isEmpty();
      platform.broken = false;
      Await.until("confirmed again", () -> ask(client).reason() == Reason.ASSIGNED);
    }
  }

  /** Clause 8.4. */
  @Test
  void where_a_limit_is_set_what_is_on_disk_assigns_nobody_before_it_is_confirmed(
      @TempDir Path folder) throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      Await.until("saved", () -> Files.exists(folder.resolve("production.snapshot")));
    }
    platform.stop();
    Duration limit = Duration.ofHours(1);
    try (TrialogClient client = platform.client().cacheFolder(folder).safeAfter(limit).build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(ask(client).reason()).isEqualTo(Reason.NOT_READY);
    }
  }

  @Test
  void a_restart_without_the_server_serves_the_snapshot_on_disk(@TempDir Path folder)
      throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      Await.until("ready", () -> client.state() == ClientState.READY);
      Await.until("saved", () -> Files.exists(folder.resolve("production.snapshot")));
    }
    platform.stop();
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
      assertThat(client.state()).isEqualTo(ClientState.STALE);
      assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
    }
  }

  @Test
  void an_altered_file_on_disk_is_refused(@TempDir Path folder) throws Exception {
    String note = SnapshotWriter.note(FakePlatform.snapshot(10, Status.RUNNING), platform.signer);
    Files.writeString(folder.resolve("production.snapshot"), note.replace("running", "killed"));
    try (TrialogClient client = platform.client().cacheFolder(folder).build()) {
      Await.until("a refusal", () -> refusals(client) > 0);
      assertThat(client.counters().snapshotsRefused())
          .containsOnlyKeys(SnapshotRefusedException.Reason.BAD_SIGNATURE);
      Await.until("offline", () -> client.state() == ClientState.OFFLINE);
    }
  }

  @Test
  void a_key_trusted_on_first_use_is_kept_for_the_next_start(@TempDir Path folder)
      throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = firstUse(platform, folder).build()) {
      Await.until("ready", () -> client.state() == ClientState.READY);
    }
    platform.stop();
    try (FakePlatform thief = new FakePlatform().started()) {
      thief.publish(11, Status.KILLED);
      try (TrialogClient client = firstUse(thief, folder).build()) {
        Await.until("a refusal", () -> refusals(client) > 0);
        assertThat(ask(client).reason()).isEqualTo(Reason.ASSIGNED);
        assertThat(client.state()).isEqualTo(ClientState.STALE);
      }
    }
  }

  private static TrialogClient.Builder firstUse(FakePlatform platform, Path folder) {
    return TrialogClient.builder()
        .baseUrl(platform.url())
        .token(FakePlatform.TOKEN)
        .environment("production")
        .cacheFolder(folder);
  }

  @Test
  void a_wrong_token_leaves_the_client_offline_and_is_in_no_message() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    List<String> problems = new CopyOnWriteArrayList<>();
    ClientListener listener =
        new ClientListener() {
          @Override
          public void problem(String what) {
            problems.add(what);
          }
        };
    String token = "trl_wrong_secret";
    try (TrialogClient client = platform.client().token(token).listener(listener).build()) {
      Await.until("offline", () -> client.state() == ClientState.OFFLINE);
      Await.until("a problem", () -> !problems.isEmpty());
      assertThat(problems).allSatisfy(text -> assertThat(text).doesNotContain("secret"));
      assertThat(problems).anySatisfy(text -> assertThat(text).contains("401"));
    }
  }

  @Test
  void an_override_is_answered_and_never_an_exposure() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    try (TrialogClient client = platform.client().build()) {
      Await.until("ready", () -> client.state() == ClientState.READY);
      client.override(Overrides.none().withAll("checkout", "treatment"));
      assertThat(ask(client).reason()).isEqualTo(Reason.OVERRIDE);
      assertThat(client.counters().eventsRecorded()).isZero();
    }
  }

  @Test
  void a_flag_gives_its_value_and_no_exposure_and_a_closed_client_the_fallback() throws Exception {
    platform.started().publish(10, platform.note(10, FakePlatform.banner(true)));
    TrialogClient client = platform.client().build();
    Await.until("ready", () -> client.state() == ClientState.READY);
    Await.until("a stream is open", () -> platform.openStreams() == 1);
    FlagDecision on = client.evaluateFlag("banner", USER, "null");
    assertThat(on.value()).isEqualTo("\"Hello\"");
    assertThat(on.reason()).isEqualTo(FlagReason.DEFAULT);
    assertThat(client.evaluateFlag("nothing", USER, "7").value()).isEqualTo("7");
    platform.publish(11, platform.note(11, FakePlatform.banner(false)));
    Await.until(
        "killed", () -> client.evaluateFlag("banner", USER, "null").reason() == FlagReason.KILLED);
    assertThat(client.counters().eventsRecorded()).isZero();
    client.close();
    assertThat(client.evaluateFlag("banner", USER, "7").reason()).isEqualTo(FlagReason.NOT_READY);
    assertThat(client.evaluateFlag("banner", USER, "7").value()).isEqualTo("7");
  }

  @Test
  void a_closed_client_answers_fallbacks_and_closes_again_in_peace() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    TrialogClient client = platform.client().build();
    Await.until("ready", () -> client.state() == ClientState.READY);
    client.close();
    client.close();
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    assertThat(ask(client).reason()).isEqualTo(Reason.NOT_READY);
    client.track(USER, "converted", 1);
    assertThat(client.counters().eventsRecorded()).isZero();
  }

  @Test
  void closing_waits_for_the_snapshot_that_is_being_taken(@TempDir Path folder) throws Exception {
    platform.started().publish(10, Status.RUNNING);
    CountDownLatch taking = new CountDownLatch(1);
    AtomicBoolean taken = new AtomicBoolean();
    ClientListener slow =
        onAccepted(() -> {
          taking.countDown();
          long end = System.nanoTime() + 300_000_000;
          Await.until("300 ms are over", () -> System.nanoTime() - end > 0);
          taken.set(true);
        });
    try (TrialogClient client = platform.client().cacheFolder(folder).listener(slow).build()) {
      assertThat(taking.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(client.state()).isNotEqualTo(ClientState.CLOSED);
    }
    assertThat(taken).isTrue();
  }

  @Test
  void a_listener_may_close_the_client() throws Exception {
    platform.started().publish(10, Status.RUNNING);
    CompletableFuture<TrialogClient> built = new CompletableFuture<>();
    CompletableFuture<Duration> took = new CompletableFuture<>();
    ClientListener closes =
        onAccepted(() -> {
          long begin = System.nanoTime();
          built.orTimeout(20, TimeUnit.SECONDS).join().close();
          took.complete(Duration.ofNanos(System.nanoTime() - begin));
        });
    TrialogClient client = platform.client().listener(closes).build();
    built.complete(client);
    assertThat(took.get(20, TimeUnit.SECONDS)).isLessThan(Duration.ofSeconds(4));
    assertThat(client.state()).isEqualTo(ClientState.CLOSED);
    client.close();
  }

  private static ClientListener onAccepted(Runnable action) {
    return new ClientListener() {
      @Override
      public void snapshotAccepted(Snapshot snapshot) {
        action.run();
      }
    };
  }

  @Test
  void a_setting_that_makes_no_sense_is_named() {
    assertThatThrownBy(() -> TrialogClient.builder().build()).hasMessageContaining("base URL");
    assertThatThrownBy(() -> platform.client().token(" ").build()).hasMessageContaining("token");
    assertThatThrownBy(() -> platform.client().environment("Prod").build())
        .hasMessageContaining("environment");
    assertThatThrownBy(() -> platform.client().environment("staging").build())
        .hasMessageContaining("trialog/staging");
    assertThatThrownBy(() -> platform.client().pollInterval(Duration.ZERO).build())
        .hasMessageContaining("pollInterval");
    assertThatThrownBy(() -> platform.client().verifierKey("nonsense"))
        .hasMessageContaining("verifier key");
  }
}
