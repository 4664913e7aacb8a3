package io.trialog.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Role;
import io.trialog.sdk.ClientListener;
import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.snapshots.Story;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clauses 7.3, 7.4 and 10.5, between the server and the Java client. */
class ReconnectTest {
  private static final int CHANGES_EACH = 4;
  private static final int EXPERIMENTS = 20;
  private static final long SEED = 20_261_123;

  @Test
  void a_client_whose_connection_is_cut_misses_nothing_and_never_goes_back(@TempDir Path folder)
      throws Exception {
    cut(25, folder);
  }

  /** While 2,000 changes happen. */
  @Test
  @Tag("slow")
  @Timeout(180)
  void a_client_whose_connection_is_cut_500_times_misses_nothing_and_never_goes_back(
      @TempDir Path folder) throws Exception {
    cut(500, folder);
  }

  private void cut(int cuts, Path folder) throws Exception {
    try (TestApp app =
            TestApp.start(folder, new StreamLimits(Duration.ofMillis(500), 2_000), this::begin);
        CuttingProxy proxy = new CuttingProxy(app.port())) {
      List<Long> positions = new CopyOnWriteArrayList<>();
      String token = app.token(Role.SDK);
      try (TrialogClient client = client(app, proxy, token, positions)) {
        changeAndCut(app, proxy, cuts, new Random(SEED));
        long head = app.log.head();
        until("the client has the last change", () -> position(client) == head);
        assertThat(text(client)).isEqualTo(newest(app, token, head));
        assertThat(client.counters().snapshotsRefused()).isEmpty();
      }
      assertThat(positions).isSorted().doesNotHaveDuplicates();
      assertThat(proxy.cuts).hasValue(cuts);
      System.out.printf(
          "%d changes, %d cuts: %d snapshots accepted; %d deltas and %d whole ones on streams%n",
          cuts * CHANGES_EACH, cuts, positions.size(), proxy.deltas.get(), proxy.wholes.get());
      assertThat(proxy.deltas.get()).isGreaterThan(cuts / 5);
    }
  }

  private void begin(Story story) {
    for (int i = 0; i < EXPERIMENTS; i++) {
      story.say(new ExperimentDrafted("e" + i, Story.design("e" + i)));
      story.say(new ExperimentStarted("e" + i, 1_000_000, 0, Story.slots(1_000_000), null, null));
    }
  }

  private static TrialogClient client(
      TestApp app, CuttingProxy proxy, String token, List<Long> positions) {
    return TrialogClient.builder()
        .baseUrl(proxy.url())
        .token(token)
        .environment("production")
        .verifierKey(
            app.get("/api/v1/keys", token).json().getJsonObject("snapshot").getString("production"))
        .pollInterval(Duration.ofMillis(50))
        .longestBackoff(Duration.ofMillis(2))
        .requestTimeout(Duration.ofSeconds(5))
        .listener(
            new ClientListener() {
              @Override
              public void snapshotAccepted(Snapshot snapshot) {
                positions.add(snapshot.position());
              }
            })
        .build();
  }

  /** Every round makes changes and one cut, while a stream is open or wherever the client is. */
  private static void changeAndCut(TestApp app, CuttingProxy proxy, int cuts, Random random) {
    boolean paused = false;
    for (int round = 0; round < cuts; round++) {
      boolean inStream = random.nextInt(4) > 0;
      until("the client is back", inStream ? proxy::streams : proxy::isUsed);
      int wanted = round + 1;
      proxy.cutAfter(random.nextBoolean() ? random.nextInt(800) : CuttingProxy.MANY);
      for (int i = 0; i < CHANGES_EACH; i++) {
        String experiment = "e" + random.nextInt(EXPERIMENTS);
        app.story.say(
            paused ? new ExperimentResumed(experiment, null) : new ExperimentPaused(experiment));
        paused = !paused;
      }
      int delivered = proxy.deltas.get() + proxy.wholes.get();
      boolean afterDelivery = inStream && random.nextBoolean();
      within(
          Duration.ofMillis(random.nextInt(20)),
          () ->
              proxy.cuts.get() == wanted
                  || (afterDelivery && proxy.deltas.get() + proxy.wholes.get() > delivered));
      proxy.cutAtLast();
      until("the cut", () -> proxy.cuts.get() == wanted);
    }
  }

  private static long position(TrialogClient client) {
    return client.snapshot().map(Snapshot::position).orElse(-1L);
  }

  private static String text(TrialogClient client) {
    return SnapshotWriter.json(client.snapshot().orElseThrow());
  }

  private static String newest(TestApp app, String token, long head) {
    String note = app.get("/api/v1/snapshots/production?min_position=" + head, token).text();
    return note.substring(0, note.indexOf('\n'));
  }

  private static void until(String what, BooleanSupplier condition) {
    if (!within(TestApp.LIMIT, condition)) {
      throw new AssertionError("waited " + TestApp.LIMIT + " in vain until " + what);
    }
  }

  private static boolean within(Duration most, BooleanSupplier condition) {
    long deadline = System.nanoTime() + most.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(500_000);
    }
    return true;
  }
}
