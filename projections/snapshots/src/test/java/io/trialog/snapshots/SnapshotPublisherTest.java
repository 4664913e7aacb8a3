package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is given which signed snapshot when. */
@Timeout(60)
class SnapshotPublisherTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration NOT_AT_ALL = Duration.ZERO;

  @TempDir private Path folder;

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private SnapshotKeys keys;
  private SnapshotPublisher publisher;
  private final List<KillAnnouncer.Notice> told = new ArrayList<>();

  @BeforeEach
  void open() {
    keys = SnapshotKeys.open(folder);
    publisher = new SnapshotPublisher(keys, 0);
  }

  private List<Positioned> waiting(Projection projection) {
    return log.positioned().stream()
        .filter(event -> event.position() > projection.position())
        .toList();
  }

  private void publish() {
    publisher.apply(waiting(publisher));
  }

  @Test
  void an_empty_log_has_empty_snapshots_at_position_0() throws Exception {
    assertThat(publisher.newest()).containsOnlyKeys("production", "staging");
    PublishedSnapshot snapshot = publisher.newest("production").orElseThrow();
    assertThat(snapshot.position()).isZero();
    assertThat(
            SnapshotReader.open(
                    snapshot.note(), keys.signer("production").verifierKey(), "production")
                .experiments())
        .isEmpty();
  }

  @Test
  void nothing_goes_out_before_the_log_of_the_start_is_folded() {
    story.everything();
    SnapshotPublisher late = new SnapshotPublisher(keys, log.head());
    assertThat(late.isReady()).isFalse();
    Subscription subscription = late.subscribe("production", 0);
    List<Positioned> events = log.positioned();
    late.apply(events.subList(0, 10));
    assertThat(late.newest("production")).isEmpty();
    late.apply(events.subList(10, events.size()));
    assertThat(late.isReady()).isTrue();
    assertThat(late.newest("production").orElseThrow().position()).isEqualTo(log.head());
    assertThat(subscription.isClosed()).isFalse();
  }

  @Test
  void a_batch_is_published_once_at_its_last_position() throws Exception {
    Subscription subscription = publisher.subscribe("production", 0);
    story.say(new NamespaceCreated("acme/a", "A"));
    story.say(new NamespaceCreated("acme/b", "B"));
    publish();
    assertThat(subscription.next(LONG).orElseThrow().position()).isEqualTo(log.head());
    assertThat(subscription.next(NOT_AT_ALL)).isEmpty();
    assertThat(publisher.newest("staging").orElseThrow().position()).isEqualTo(log.head());
  }

  @Test
  void a_position_is_signed_once_however_many_take_it() throws Exception {
    story.say(new NamespaceCreated("acme/a", "A"));
    publish();
    List<Subscription> readers =
        IntStream.range(0, 8).mapToObj(i -> publisher.subscribe("production", 0)).toList();
    PublishedSnapshot first = publisher.newest("production").orElseThrow();
    for (Subscription reader : readers) {
      assertThat(reader.next(LONG).orElseThrow()).isSameAs(first);
    }
    assertThat(publisher.newest().get("production")).isSameAs(first);
  }

  @Test
  void what_cannot_be_written_fails_its_reader_until_it_can() throws Exception {
    Subscription reader = publisher.subscribe("production", 0);
    story.say(new NamespaceCreated("acme/a", "A"));
    Directory state = Directory.EMPTY.apply(log.recorded().getFirst());
    AtomicBoolean broken = new AtomicBoolean(true);
    reader.offer(
        new Edition(
            state,
            "production",
            () -> {
              if (broken.get()) {
                throw new IllegalStateException("no key");
              }
              return keys.signer("production");
            }));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> reader.next(NOT_AT_ALL)).hasMessage("no key");
    }
    broken.set(false);
    assertThat(reader.next(NOT_AT_ALL).orElseThrow().position()).isEqualTo(log.head());
    assertThat(reader.next(NOT_AT_ALL)).isEmpty();
  }

  @Test
  void a_kill_goes_out_at_its_own_position_before_the_rest_of_the_batch() throws Exception {
    BlockingQueue<PublishedSnapshot> seen = new LinkedBlockingQueue<>();
    story.say(new ExperimentDrafted("x", Story.design("x")));
    story.say(new ExperimentStarted("x", 500_000, 0, Story.slots(500_000), null, null));
    publish();
    long killed = story.say(new ExperimentKilled("x", null, null)).position();
    story.say(new NamespaceCreated("acme/b", "B"));
    List<Positioned> batch = waiting(publisher);
    CountDownLatch half = new CountDownLatch(1);
    List<Positioned> pausing = new PausingBeforeLast(batch, half);
    publisher.subscribe("production", publisher.position(), seen::add);
    Thread follower = Thread.ofVirtual().start(() -> publisher.apply(pausing));

    PublishedSnapshot first = seen.poll(20, TimeUnit.SECONDS);
    assertThat(first.position()).isEqualTo(killed);
    assertThat(
            SnapshotReader.open(first.note(), keys.signer("production").verifierKey(), "production")
                .experiment("x")
                .status())
        .isEqualTo(Status.KILLED);
    half.countDown();
    follower.join();
    assertThat(seen.poll(20, TimeUnit.SECONDS).position()).isEqualTo(log.head());
  }

  /** A batch whose last event is not there before the latch opens. */
  private static final class PausingBeforeLast extends ArrayList<Positioned> {
    private static final long serialVersionUID = 1L;
    private final transient CountDownLatch latch;

    PausingBeforeLast(List<Positioned> batch, CountDownLatch latch) {
      super(batch);
      this.latch = latch;
    }

    @Override
    public java.util.Iterator<Positioned> iterator() {
      java.util.Iterator<Positioned> all = super.iterator();
      return new java.util.Iterator<>() {
        private int handed;

        @Override
        public boolean hasNext() {
          return all.hasNext();
        }

        @Override
        public Positioned next() {
          if (++handed == size()) {
            try {
              assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
          return all.next();
        }
      };
    }
  }

  @Test
  void an_environment_appears_with_its_first_design() throws Exception {
    Subscription early = publisher.subscribe("canary", 0);
    assertThat(publisher.newest("canary")).isEmpty();
    story.say(new ExperimentDrafted("x", Story.design("x", "X", "canary", false)));
    publish();
    assertThat(early.next(LONG).orElseThrow().environment()).isEqualTo("canary");
    assertThat(keys.verifierKeys()).containsKey("canary");
  }

  @Test
  void a_reader_resumes_above_what_it_has_seen() throws Exception {
    story.say(new NamespaceCreated("acme/a", "A"));
    publish();
    long seen = log.head();
    assertThat(publisher.subscribe("production", 0).next(NOT_AT_ALL)).isPresent();
    Subscription resumed = publisher.subscribe("production", seen);
    assertThat(resumed.next(NOT_AT_ALL)).isEmpty();
    Subscription ahead = publisher.subscribe("production", seen + 1_000);
    story.say(new NamespaceCreated("acme/b", "B"));
    publish();
    assertThat(resumed.next(NOT_AT_ALL).orElseThrow().position()).isEqualTo(log.head());
    assertThat(ahead.next(NOT_AT_ALL)).isEmpty();
  }

  @Test
  void a_slow_reader_gets_the_newest_only() throws Exception {
    Subscription slow = publisher.subscribe("production", 0);
    for (int i = 0; i < 100; i++) {
      story.say(new NamespaceCreated("acme/n" + i, "N"));
      publish();
    }
    assertThat(slow.next(LONG).orElseThrow().position()).isEqualTo(log.head());
    assertThat(slow.next(NOT_AT_ALL)).isEmpty();
  }

  @Test
  void a_closed_subscription_is_forgotten_and_wakes_its_reader() throws Exception {
    Subscription subscription = publisher.subscribe("production", 0);
    CountDownLatch woken = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            assertThat(subscription.next(Duration.ofHours(1))).isEmpty();
            woken.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    publisher.close();
    assertThat(woken.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(publisher.subscriptions()).isZero();
    assertThatThrownBy(() -> publisher.subscribe("production", 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_listener_that_throws_loses_its_subscription_and_nobody_else() throws Exception {
    BlockingQueue<PublishedSnapshot> seen = new LinkedBlockingQueue<>();
    publisher.subscribe("production", 0, seen::add);
    CountDownLatch thrown = new CountDownLatch(1);
    Subscription broken =
        publisher.subscribe(
            "production",
            0,
            snapshot -> {
              thrown.countDown();
              throw new IllegalStateException("the client is gone");
            });
    story.say(new NamespaceCreated("acme/a", "A"));
    publish();
    assertThat(thrown.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isNotNull();
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!broken.isClosed()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    assertThat(publisher.subscriptions()).isEqualTo(1);
  }

  @Test
  void a_kill_is_announced_until_the_listener_has_it_with_the_snapshot_that_enforces_it()
      throws Exception {
    List<KillAnnouncer.Notice> notices = new ArrayList<>();
    List<String> refused = new ArrayList<>(List.of("away", "still away"));
    KillAnnouncer announcer =
        new KillAnnouncer(
            keys,
            0,
            notice -> {
              if (!refused.isEmpty()) {
                throw new IllegalStateException(refused.removeFirst());
              }
              notices.add(notice);
            });
    story.everything();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> announcer.apply(waiting(announcer))).hasMessageContaining("away");
    }
    announcer.apply(waiting(announcer));

    assertThat(announcer.position()).isEqualTo(log.head());
    assertThat(notices).hasSize(1);
    KillAnnouncer.Notice notice = notices.getFirst();
    assertThat(notice.key()).isEqualTo("surge_price");
    assertThat(notice.snapshot().position()).isEqualTo(notice.position()).isLessThan(log.head());
    assertThat(
            SnapshotReader.open(
                    notice.snapshot().note(), keys.signer("production").verifierKey(), "production")
                .experiment("surge_price")
                .status())
        .isEqualTo(Status.KILLED);
  }

  @Test
  void kills_that_were_announced_before_are_not_announced_again() {
    story.everything();
    List<KillAnnouncer.Notice> notices = new ArrayList<>();
    KillAnnouncer announcer = new KillAnnouncer(keys, log.head(), notices::add);
    announcer.apply(waiting(announcer));
    assertThat(notices).isEmpty();
    assertThat(announcer.position()).isEqualTo(log.head());
  }

  @Test
  void a_global_kill_goes_out_at_its_own_position_and_is_told_until_it_is_released()
      throws Exception {
    story.say(new EnvironmentCreated("production", "Live"));
    publish();
    BlockingQueue<PublishedSnapshot> seen = new LinkedBlockingQueue<>();
    long engaged = story.say(new KillSwitchEngaged("production")).position();
    story.say(new NamespaceCreated("acme/b", "B"));
    CountDownLatch half = new CountDownLatch(1);
    List<Positioned> pausing = new PausingBeforeLast(waiting(publisher), half);
    publisher.subscribe("production", publisher.position(), seen::add);
    Thread follower = Thread.ofVirtual().start(() -> publisher.apply(pausing));
    assertThat(seen.poll(20, TimeUnit.SECONDS).position()).isEqualTo(engaged);
    half.countDown();
    follower.join();
    KillAnnouncer announcer = new KillAnnouncer(keys, 0, told::add);
    story.say(new KillSwitchReleaseProposed("production"));
    long released = story.say(new KillSwitchReleased("production")).position();
    announcer.apply(waiting(announcer));
    assertThat(told)
        .extracting(KillAnnouncer.Notice::key)
        .containsExactly("environment/production", "environment/production");
    assertThat(told).extracting(KillAnnouncer.Notice::stops).containsExactly(true, false);
    assertThat(told.getLast().position()).isEqualTo(released);
    assertThat(opened(told.getFirst()).killSwitch()).isTrue();
    assertThat(opened(told.getLast()).killSwitch()).isFalse();
  }

  @Test
  void a_flag_that_is_enabled_again_is_told_when_it_was_killed_and_not_else() throws Exception {
    new World(3).live(story, 600);
    KillAnnouncer announcer = new KillAnnouncer(keys, 0, told::add);
    announcer.apply(waiting(announcer));
    assertThat(told).extracting(KillAnnouncer.Notice::key).anyMatch(key -> key.startsWith("flag/"));
    Map<String, Boolean> stopped = new HashMap<>();
    for (KillAnnouncer.Notice notice : told) {
      Boolean before = stopped.put(notice.key(), notice.stops());
      boolean again = notice.key().startsWith("environment/") && notice.stops();
      assertThat(again || (before != null && before) != notice.stops())
          .as("%s at %s", notice.key(), notice.position())
          .isTrue();
    }
  }

  private Snapshot opened(KillAnnouncer.Notice notice) throws Exception {
    return SnapshotReader.open(
        notice.snapshot().note(), keys.signer("production").verifierKey(), "production");
  }
}
