package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.log.StoredEvent;
import io.trialog.snapshots.LogFollower.Settings;
import io.trialog.snapshots.LogFollower.State;
import io.trialog.snapshots.LogFollower.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order, failures, waiting and the end of the thread that follows the log. */
@Timeout(60)
class LogFollowerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Settings FAST =
      new Settings(
          7,
          Duration.ofMillis(5),
          Duration.ofMillis(1),
          Duration.ofMillis(4),
          LONG,
          Duration.ofMillis(4));

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private final List<LogFollower> started = new ArrayList<>();

  @AfterEach
  void closeAll() {
    started.forEach(LogFollower::close);
  }

  private LogFollower follow(Settings settings, Projection... projections) {
    LogFollower follower = new LogFollower(log, List.of(projections), settings);
    started.add(follower);
    follower.start();
    return follower;
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private StoredEvent more(int i) {
    return story.say(new NamespaceCreated("acme/n" + i, "N " + i));
  }

  /** Remembers what it was given; fails as often as it is told to, in the middle of a batch. */
  private static class Remembering implements Projection {
    private final String name;
    private final List<Long> positions = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger idles = new AtomicInteger();
    private volatile long position;

    Remembering(String name, long position) {
      this.name = name;
      this.position = position;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void apply(List<Positioned> batch) {
      for (Positioned event : batch) {
        if (event.position() > 20 && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          throw new IllegalStateException("cannot take " + event.position());
        }
        positions.add(event.position());
        position = event.position();
      }
    }

    @Override
    public void idle() {
      idles.incrementAndGet();
    }
  }

  private List<Long> allPositions() {
    return log.positioned().stream().map(Positioned::position).toList();
  }

  @Test
  void every_event_arrives_once_and_in_order() throws InterruptedException {
    story.random(1, 100);
    Remembering one = new Remembering("one", 0);
    LogFollower follower = follow(FAST, one);
    assertThat(follower.awaitPosition(log.head(), LONG)).isTrue();
    story.random(2, 100);
    assertThat(follower.awaitPosition(log.head(), LONG)).isTrue();
    assertThat(one.positions).isEqualTo(allPositions());
    assertThat(follower.position()).isEqualTo(log.head());
  }

  @Test
  void a_projection_goes_on_from_its_own_position() throws InterruptedException {
    story.random(1, 50);
    long half = allPositions().get(25);
    Remembering late = new Remembering("late", half);
    Remembering full = new Remembering("full", 0);
    assertThat(follow(FAST, late, full).awaitPosition(log.head(), LONG)).isTrue();
    assertThat(late.positions).isEqualTo(allPositions().subList(26, 50));
    assertThat(full.positions).isEqualTo(allPositions());
  }

  @Test
  void events_of_others_that_wake_nobody_are_found_by_polling() throws InterruptedException {
    Remembering one = new Remembering("one", 0);
    LogFollower follower = follow(FAST, one);
    until(() -> one.idles.get() > 0);
    log.silence();
    long position = more(1).position();
    assertThat(follower.awaitPosition(position, LONG)).isTrue();
  }

  @Test
  void an_event_of_this_process_does_not_wait_for_the_poll() throws InterruptedException {
    Settings lazy =
        new Settings(7, Duration.ofHours(1), LONG, LONG, Duration.ofMillis(1), Duration.ZERO);
    Remembering one = new Remembering("one", 0);
    LogFollower follower = follow(lazy, one);
    until(() -> one.idles.get() > 0);
    assertThat(follower.awaitPosition(more(1).position(), LONG)).isTrue();
    started.clear();
    log.silence();
    follower.close();
    more(2);
    synchronized (log) {
      log.notifyAll();
    }
  }

  @Test
  void a_failing_projection_is_tried_again_and_loses_nothing() throws InterruptedException {
    story.random(1, 60);
    Remembering weak = new Remembering("weak", 0);
    weak.failures.set(5);
    LogFollower follower = follow(FAST, weak);
    assertThat(follower.awaitPosition(log.head(), LONG)).isTrue();
    assertThat(weak.positions).isEqualTo(allPositions());
    until(() -> follower.status().getFirst().state() == State.RUNNING);
    assertThat(follower.status().getFirst().lastError()).contains("cannot take");
    assertThat(follower.status().getFirst().failures()).isZero();
  }

  @Test
  void a_failing_projection_stops_only_itself_and_says_why() throws InterruptedException {
    story.random(1, 60);
    Remembering broken = new Remembering("broken", 0);
    broken.failures.set(Integer.MAX_VALUE);
    Remembering sound = new Remembering("sound", 0);
    LogFollower follower = follow(FAST, broken, sound);
    assertThat(follower.awaitPosition(sound, log.head(), LONG)).isTrue();
    assertThat(follower.awaitPosition(log.head(), Duration.ofMillis(20))).isFalse();
    until(() -> follower.status().getFirst().failures() > 2);
    Status status = follower.status().getFirst();
    assertThat(status.state()).isEqualTo(State.RETRYING);
    assertThat(status.lastError()).contains("cannot take");
    assertThat(status.lastErrorAt()).isNotNull();
    assertThat(status.position()).isLessThan(log.head());
    assertThat(follower.status().getLast().state()).isEqualTo(State.RUNNING);
    assertThat(sound.positions).isEqualTo(allPositions());
  }

  @Test
  void a_projection_that_forgets_its_position_is_a_failure() {
    more(1);
    Projection forgetful =
        new Projection() {
          @Override
          public String name() {
            return "forgetful";
          }

          @Override
          public long position() {
            return 0;
          }

          @Override
          public void apply(List<Positioned> batch) {}
        };
    LogFollower follower = follow(FAST, forgetful);
    until(() -> follower.status().getFirst().failures() > 0);
    assertThat(follower.status().getFirst().lastError()).contains("expected position 1");
  }

  @Test
  void an_event_that_nobody_understands_stops_behind_the_last_good_one() {
    long good = more(1).position();
    StoredEvent like = log.read(0, 1).getFirst();
    log.append(
        "namespace/x",
        "FromTheFuture",
        1,
        Instant.EPOCH,
        "{}".getBytes(StandardCharsets.UTF_8),
        new Positioned(like, log.recorded().getFirst()).recorded().metadata());
    Remembering one = new Remembering("one", 0);
    LogFollower follower = follow(FAST, one);
    until(() -> follower.status().getFirst().failures() > 1);
    assertThat(follower.status().getFirst().position()).isEqualTo(good);
    assertThat(follower.status().getFirst().lastError()).contains("FromTheFuture");
  }

  @Test
  void a_log_that_is_away_is_reported_and_read_again_when_it_is_back() throws InterruptedException {
    more(1);
    log.breakDown(true);
    Remembering one = new Remembering("one", 0);
    LogFollower follower = follow(FAST, one);
    until(() -> follower.status().getFirst().failures() > 1);
    assertThat(follower.status().getFirst().lastError()).contains("the log is away");
    log.breakDown(false);
    assertThat(follower.awaitPosition(log.head(), LONG)).isTrue();
  }

  @Test
  void waiting_for_a_position_that_does_not_come_ends_in_time() throws InterruptedException {
    LogFollower follower = follow(FAST, new Remembering("one", 0));
    assertThat(follower.awaitPosition(1, Duration.ofMillis(10))).isFalse();
    assertThat(follower.awaitPosition(0, Duration.ZERO)).isTrue();
    assertThatThrownBy(() -> follower.awaitPosition(new Remembering("stranger", 0), 0, LONG))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_closed_follower_takes_nothing_and_keeps_nobody_waiting() throws Exception {
    LogFollower follower = follow(FAST, new Remembering("one", 0));
    CountDownLatch waited = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            assertThat(follower.awaitPosition(99, Duration.ofHours(1))).isFalse();
            waited.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    follower.close();
    follower.close();
    assertThat(waited.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    more(1);
    assertThat(follower.awaitPosition(1, Duration.ofMillis(20))).isFalse();
    assertThat(follower.status().getFirst().state()).isEqualTo(State.CLOSED);
  }

  @Test
  void closing_waits_for_the_running_batch_but_not_longer_than_set() throws Exception {
    more(1);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    CurrentDirectory directory = new CurrentDirectory();
    Projection slow =
        new Projection() {
          @Override
          public String name() {
            return "slow";
          }

          @Override
          public long position() {
            return directory.position();
          }

          @Override
          public void apply(List<Positioned> batch) {
            inside.countDown();
            try {
              go.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException("must not be interrupted", e);
            }
            directory.apply(batch);
          }
        };
    Settings hasty =
        new Settings(
            7,
            Duration.ofMillis(5),
            Duration.ofMillis(1),
            Duration.ofMillis(4),
            Duration.ofMillis(30),
            Duration.ZERO);
    LogFollower follower = follow(hasty, slow);
    assertThat(inside.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    follower.close();
    assertThat(directory.position()).isZero();
    go.countDown();
    until(() -> directory.position() == 1);
    assertThat(follower.status().getFirst().failures()).isZero();
  }

  @Test
  void a_projection_that_cannot_even_tell_its_position_does_not_end_the_thread()
      throws InterruptedException {
    more(1);
    AtomicInteger defects = new AtomicInteger(3);
    Remembering one =
        new Remembering("one", 0) {
          @Override
          public long position() {
            if (Thread.currentThread().getName().equals("trialog-log-follower")
                && defects.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
              throw new IllegalStateException("no idea");
            }
            return super.position();
          }
        };
    assertThat(follow(FAST, one).awaitPosition(log.head(), LONG)).isTrue();
    assertThat(defects).hasValue(0);
  }

  @Test
  void events_gather_behind_a_batch_until_somebody_waits() throws InterruptedException {
    List<Integer> batches = new CopyOnWriteArrayList<>();
    CountDownLatch slept = new CountDownLatch(1);
    Remembering slow =
        new Remembering("slow", 0) {
          @Override
          public void apply(List<Positioned> batch) {
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
            super.apply(batch);
            batches.add(batch.size());
            slept.countDown();
          }
        };
    more(1);
    LogFollower follower = follow(FAST.gathering(Duration.ofMinutes(1)), slow);
    assertThat(slept.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (int i = 2; i <= 5; i++) {
      more(i);
      Thread.yield();
    }
    // Unasked it would gather for 3 s.
    assertThat(follower.awaitPosition(log.head(), Duration.ofSeconds(2))).isTrue();
    assertThat(batches).containsExactly(1, 4);
  }

  @Test
  void a_follower_that_was_never_started_closes() {
    new LogFollower(log, List.of()).close();
  }
}
