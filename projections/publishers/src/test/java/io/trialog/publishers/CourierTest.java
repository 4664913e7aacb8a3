package io.trialog.publishers;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.publishers.Courier.Pace;
import io.trialog.sdk.core.note.SignedNote;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.KeyCeremony;
import io.trialog.snapshots.LogFollower;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotKeys;
import io.trialog.snapshots.SnapshotPublisher;
import io.trialog.snapshots.Story;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Protocol clause 13.2. */
@Timeout(120)
class CourierTest {
  private static final Duration SOON = Duration.ofMillis(10);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Pace EAGER = new Pace(Duration.ZERO, NEVER, SOON, SOON);

  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);
  private SnapshotPublisher publisher;
  private LogFollower follower;

  @BeforeEach
  void follow() {
    story.everything();
    publisher = new SnapshotPublisher(SnapshotKeys.open(folder), log.head());
    follower = new LogFollower(log, List.of(publisher));
    follower.start();
  }

  @AfterEach
  void end() {
    follower.close();
    publisher.close();
  }

  /** Remembers what it was given; waits and fails when told so. */
  private static final class Shelf implements SnapshotOutlet {
    final List<PublishedSnapshot> put = new CopyOnWriteArrayList<>();

    /** How many statements there were about production's keys, before how many snapshots. */
    final List<List<Integer>> statements = new CopyOnWriteArrayList<>();

    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile boolean broken;
    volatile boolean closed;

    @Override
    public String name() {
      return "shelf";
    }

    @Override
    public void put(PublishedSnapshot newest) {
      try {
        assertThat(gate.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (broken) {
        throw new OutletException("the shelf is broken", null);
      }
      put.add(newest);
    }

    @Override
    public void putKeyStatements(String environment, List<String> now) {
      if (environment.equals("production")) {
        statements.add(List.of(now.size(), positions().size()));
      }
    }

    List<Long> positions() {
      return put.stream()
          .filter(snapshot -> snapshot.environment().equals("production"))
          .map(PublishedSnapshot::position)
          .toList();
    }

    boolean has(long position) {
      return positions().contains(position);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private void change(int number) {
    story.say(new NamespaceCreated("acme/n" + number, "N"));
  }

  @Test
  void the_newest_goes_out_after_a_start_and_each_change_after_it() {
    Shelf shelf = new Shelf();
    try (Courier courier = Courier.start(publisher, shelf, EAGER)) {
      for (int i = 0; i < 5; i++) {
        long head = log.head();
        Notes.await("position " + head, () -> shelf.has(head));
        change(i);
      }
      assertThat(shelf.positions()).isSorted().doesNotHaveDuplicates();
      assertThat(courier.status().trouble()).isEmpty();
      assertThat(courier.status().failures()).isZero();
    }
    assertThat(shelf.closed).isTrue();
    Shelf next = new Shelf();
    try (Courier courier = Courier.start(publisher, next, EAGER)) {
      Notes.await("the newest again", () -> next.has(log.head()));
      assertThat(courier.status().put()).isPositive();
    }
  }

  @Test
  void what_comes_faster_than_the_gap_is_left_out_but_never_the_last() {
    Shelf shelf = new Shelf();
    Pace slow = new Pace(Duration.ofMillis(200), NEVER, SOON, SOON);
    try (Courier courier = Courier.start(publisher, shelf, slow)) {
      Notes.await("the first", () -> shelf.has(log.head()));
      long began = System.nanoTime();
      for (int i = 0; i < 200; i++) {
        change(i);
        long head = log.head();
        Notes.await("publication", () -> publisher.position() >= head);
      }
      Notes.await("the last", () -> shelf.has(log.head()));
      long gaps = (System.nanoTime() - began) / Duration.ofMillis(200).toNanos();
      assertThat(shelf.positions()).isSorted().hasSizeLessThanOrEqualTo((int) gaps + 2);
      assertThat(courier.status().failures()).isZero();
    }
  }

  @Test
  void an_outlet_that_hangs_or_fails_delays_neither_the_publisher_nor_another_outlet() {
    Shelf hanging = new Shelf();
    hanging.gate = new CountDownLatch(1);
    Shelf failing = new Shelf();
    failing.broken = true;
    Shelf healthy = new Shelf();
    try (Courier one = Courier.start(publisher, hanging, EAGER);
        Courier two = Courier.start(publisher, failing, EAGER);
        Courier three = Courier.start(publisher, healthy, EAGER)) {
      for (int i = 0; i < 20; i++) {
        change(i);
        Notes.await("position " + log.head(), () -> healthy.has(log.head()));
      }
      assertThat(hanging.put).isEmpty();
      Notes.await("failures", () -> two.status().failures() > 3);
      assertThat(two.status().trouble()).contains("the shelf is broken");
      assertThat(three.status().trouble()).isEmpty();
      hanging.gate.countDown();
      failing.broken = false;
      Notes.await("the newest after the hang", () -> hanging.has(log.head()));
      Notes.await("the newest after the failures", () -> failing.has(log.head()));
      assertThat(hanging.positions())
          .as("nothing but its first and the newest")
          .hasSizeBetween(1, 2);
      Notes.await("no trouble", () -> two.status().trouble().isEmpty());
      assertThat(one.status().failures()).isZero();
    }
  }

  @Test
  void an_environment_that_appears_is_carried_too_and_what_is_lost_is_put_again() {
    Shelf shelf = new Shelf();
    try (Courier courier = Courier.start(publisher, shelf, EAGER.refreshing(SOON))) {
      Notes.await("both", () -> shelf.has(log.head()));
      story.say(new ExperimentDrafted("x", Story.design("x", "X", "canary", false)));
      Notes.await(
          "canary", () -> shelf.put.stream().anyMatch(s -> s.environment().equals("canary")));
      int before = shelf.positions().size();
      Notes.await("a refresh", () -> shelf.positions().size() > before + 2);
      assertThat(courier.status().failures()).isZero();
    }
  }

  @Test
  void a_publisher_that_is_catching_up_gives_nothing_away() {
    SnapshotPublisher behind = new SnapshotPublisher(SnapshotKeys.open(folder), log.head());
    Shelf shelf = new Shelf();
    try (Courier courier = Courier.start(behind, shelf, EAGER)) {
      assertThat(courier.status().put()).isZero();
      LogFollower late = new LogFollower(log, List.of(behind));
      late.start();
      Notes.await("the newest", () -> shelf.has(log.head()));
      late.close();
      assertThat(shelf.positions()).containsExactly(log.head());
    }
    behind.close();
  }

  /** Clause 12.8, in an environment in which nothing else happens. */
  @Test
  void statements_about_keys_come_before_a_snapshot_and_once_more_with_it_when_they_change()
      throws Exception {
    Shelf shelf = new Shelf();
    try (Courier courier = Courier.start(publisher, shelf, EAGER)) {
      Notes.await("the newest", () -> shelf.has(log.head()));
      assertThat(shelf.statements).containsExactly(List.of(0, 0));
      KeyCeremony ceremony = new KeyCeremony(folder, Map.of(), Clock.systemUTC());
      VerifierKey first = ceremony.list("production").getFirst().key();
      VerifierKey second = ceremony.revoke("production", first.idText());
      Notes.await("the newest again", () -> shelf.positions().size() > 1);
      // A rotation and a revocation: both at once, or the one and then the other.
      Notes.await("both statements", () -> shelf.statements.getLast().getFirst() == 2);
      Notes.await("the newest after them", () -> shelf.positions().size() > afterStatements(shelf));
      assertThat(shelf.positions()).containsOnly(log.head());
      String last =
          shelf.put.stream()
              .filter(snapshot -> snapshot.environment().equals("production"))
              .map(PublishedSnapshot::note)
              .reduce("", (before, note) -> note);
      assertThat(SignedNote.keyIds(last, second.name())).containsExactly(second.idText());
      assertThat(courier.status().failures()).isZero();
    }
  }

  private static int afterStatements(Shelf shelf) {
    return shelf.statements.getLast().getLast();
  }
}
