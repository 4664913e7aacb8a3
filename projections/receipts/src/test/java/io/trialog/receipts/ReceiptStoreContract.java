package io.trialog.receipts;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Actor;
import io.trialog.receipts.ClientReceipt.Enforced;
import io.trialog.receipts.Enforcement.Delays;
import io.trialog.receipts.Enforcement.Missing;
import io.trialog.snapshots.EventReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** What the store promises on every database. */
abstract class ReceiptStoreContract {
  static final Instant KILLED = Instant.parse("2026-11-22T16:00:00.123Z");
  static final Kill KILL = kill(10, KILLED);

  private DataSource database;
  private ReceiptStore store;

  /** An empty database. */
  abstract DataSource fresh();

  /** The same database, as a process sees it that has just started. */
  abstract DataSource reopened(DataSource database);

  @BeforeEach
  void open() {
    database = fresh();
    new ResourceDatabasePopulator(new ClassPathResource("db/receipts/V1__receipts.sql"))
        .execute(database);
    store = new ReceiptStore(database);
  }

  static Kill kill(long position, Instant time) {
    return new Kill(
        "x",
        "production",
        new EventReference(
            "e" + position, "ExperimentKilled", position, time, Actor.human("ada"), "why"),
        null);
  }

  /** A receipt of a client that says now that it enforces a position for a second. */
  static ClientReceipt receipt(String client, Instant arrived, long position) {
    return receipt(client, arrived, false, new Enforced(position, arrived.minusSeconds(1)));
  }

  static ClientReceipt receipt(
      String client, Instant arrived, boolean closing, Enforced... enforced) {
    return new ClientReceipt(
        client, "production", "java/0.1.0", List.of(enforced), closing, arrived);
  }

  private static Instant before(Duration time) {
    return KILLED.minus(time);
  }

  private static Instant after(long millis) {
    return KILLED.plusMillis(millis);
  }

  private Enforcement enforcement() {
    return store.enforcement(KILL, after(60_000));
  }

  private List<String> missing() {
    return enforcement().missing().stream().map(Missing::client).toList();
  }

  @Test
  void a_kill_that_no_client_was_there_for_expects_nobody() {
    store.expect(KILL);

    assertThat(enforcement()).isEqualTo(new Enforcement(0, 0, 0, Optional.empty(), List.of()));
  }

  @Test
  void clients_heard_in_the_five_minutes_before_the_kill_are_expected_and_others_are_not() {
    store.write(
        List.of(
            receipt("just-in", before(ReceiptStore.WINDOW), 5),
            receipt("just-out", before(ReceiptStore.WINDOW.plusMillis(1)), 5),
            receipt("at-the-kill", KILLED, 5),
            receipt("too-late", after(1), 5)));
    store.expect(KILL);

    assertThat(enforcement().expected()).isEqualTo(2);
    assertThat(missing()).containsExactly("at-the-kill", "just-in");
  }

  @Test
  void a_client_of_another_environment_is_not_expected() {
    store.write(
        List.of(
            new ClientReceipt(
                "a",
                "staging",
                "java/0.1.0",
                List.of(new Enforced(5, KILLED.minusSeconds(9))),
                false,
                KILLED.minusSeconds(8))));
    store.expect(KILL);

    assertThat(enforcement().expected()).isZero();
  }

  @Test
  void who_is_expected_does_not_depend_on_when_it_is_written_down() {
    store.write(List.of(receipt("speaks-on", before(Duration.ofSeconds(50)), 5)));
    store.write(List.of(receipt("came-back", before(Duration.ofSeconds(301)), 5)));
    store.write(List.of(receipt("speaks-on", after(10_000), 5)));
    store.write(List.of(receipt("came-back", after(10_000), 5)));
    store.write(List.of(receipt("is-new", after(10_000), 5)));
    store.expect(KILL);

    assertThat(missing()).containsExactly("speaks-on");
  }

  @Test
  void a_kill_is_written_down_once() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(1)), 5)));
    store.expect(KILL);
    store.write(List.of(receipt("b", before(Duration.ofSeconds(1)), 5)));
    store.expect(KILL);

    assertThat(missing()).containsExactly("a");
  }

  @Test
  void a_client_enforces_a_kill_from_the_first_position_on_that_is_not_before_it() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(9)), 5)));
    store.expect(KILL);
    store.write(
        List.of(
            receipt(
                "a",
                after(400),
                false,
                new Enforced(5, before(Duration.ofSeconds(9))),
                new Enforced(9, after(50)),
                new Enforced(12, after(120)),
                new Enforced(15, after(300)))));
    store.write(List.of(receipt("a", after(60_000), 15)));

    assertThat(enforcement()).isEqualTo(new Enforcement(1, 1, 0, delays(120, 120, 120), List.of()));
  }

  private static Optional<Delays> delays(long p50, long p99, long longest) {
    return Optional.of(
        new Delays(Duration.ofMillis(p50), Duration.ofMillis(p99), Duration.ofMillis(longest)));
  }

  @Test
  void two_receipts_of_a_client_in_one_batch_count_as_if_they_came_alone() {
    store.write(List.of(receipt("b", before(Duration.ofSeconds(9)), 5)));
    store.expect(KILL);
    store.write(
        List.of(
            receipt("a", after(100), 9),
            receipt("b", after(200), false, new Enforced(9, after(50))),
            receipt("b", after(300), false, new Enforced(10, after(250))),
            receipt("a", after(300), 10)));

    assertThat(enforcement()).isEqualTo(new Enforcement(1, 1, 1, delays(250, 250, 250), List.of()));
  }

  @Test
  void a_receipt_that_comes_before_the_kill_is_written_down_counts_with_its_time() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(9)), 5)));
    store.write(List.of(receipt("a", after(80), false, new Enforced(10, after(30)))));
    store.expect(KILL);

    assertThat(enforcement().delays()).isEqualTo(delays(30, 30, 30));
  }

  @Test
  void percentiles_are_nearest_ranks() {
    List<ClientReceipt> there =
        IntStream.rangeClosed(1, 200)
            .mapToObj(i -> receipt("c" + i, before(Duration.ofSeconds(9)), 5))
            .toList();
    store.write(there);
    store.expect(KILL);
    store.write(
        IntStream.rangeClosed(1, 199)
            .mapToObj(i -> receipt("c" + i, after(9_000), false, new Enforced(10, after(i * 10L))))
            .toList());

    // Ranks ceil(0.5 * 199) and ceil(0.99 * 199).
    assertThat(enforcement().delays()).isEqualTo(delays(1_000, 1_980, 1_990));
    assertThat(enforcement().enforcing()).isEqualTo(199);
    assertThat(enforcement().missingCount()).isEqualTo(1);
    assertThat(missing()).containsExactly("c200");
  }

  @Test
  void a_delay_that_clocks_make_negative_is_none() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(9)), 5)));
    store.expect(KILL);
    store.write(List.of(receipt("a", after(0), false, new Enforced(10, after(-20)))));

    assertThat(enforcement().delays()).isEqualTo(delays(0, 0, 0));
  }

  @Test
  void a_client_that_comes_back_is_no_longer_missing() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(30)), 5)));
    store.expect(KILL);
    assertThat(enforcement().missing())
        .containsExactly(
            new Missing("a", "java/0.1.0", before(Duration.ofSeconds(30)), Optional.of(5L)));
    store.write(List.of(receipt("a", after(5_000), 6)));
    assertThat(enforcement().missing())
        .containsExactly(new Missing("a", "java/0.1.0", after(5_000), Optional.of(6L)));

    store.write(List.of(receipt("a", after(900_000), 11)));

    assertThat(enforcement())
        .isEqualTo(new Enforcement(1, 1, 0, delays(899_000, 899_000, 899_000), List.of()));
  }

  @Test
  void a_client_that_closes_is_not_missing_and_one_that_had_enforced_it_still_counts() {
    store.write(
        Stream.of("leaves-first", "leaves-without", "leaves-with", "stays")
            .map(client -> receipt(client, before(Duration.ofSeconds(30)), 5))
            .toList());
    store.write(
        List.of(receipt("leaves-first", before(Duration.ofSeconds(2)), true, at(5, -30_000))));
    store.expect(KILL);
    store.write(
        List.of(
            receipt("leaves-without", after(500), true, at(5, -30_000)),
            receipt("leaves-with", after(500), true, at(5, -30_000), at(10, 200))));

    assertThat(enforcement().expected()).isEqualTo(2);
    assertThat(enforcement().delays()).isEqualTo(delays(200, 200, 200));
    assertThat(missing()).containsExactly("stays");
  }

  private static Enforced at(long position, long millis) {
    return new Enforced(position, after(millis));
  }

  @Test
  void a_client_that_speaks_again_after_it_closed_is_there_from_then_on() {
    store.write(List.of(receipt("a", before(Duration.ofSeconds(90)), 5)));
    store.write(List.of(receipt("a", before(Duration.ofSeconds(60)), true, at(5, -91_000))));
    store.write(List.of(receipt("a", after(100), 5)));
    store.expect(KILL);
    store.expect(kill(20, after(200)));

    assertThat(enforcement().expected()).isZero();
    assertThat(store.enforcement(kill(20, after(200)), after(300)).expected()).isEqualTo(1);
  }

  @Test
  void clients_that_spoke_first_after_the_kill_are_told_apart() {
    store.expect(KILL);
    store.write(
        List.of(
            receipt("knows-it", after(1_000), 10),
            receipt("does-not", after(1_000), 9),
            receipt("closed", after(1_000), true, at(10, 500))));

    assertThat(enforcement()).isEqualTo(new Enforcement(0, 0, 1, Optional.empty(), List.of()));
    assertThat(store.enforcement(KILL, after(1_001).plus(ReceiptStore.WINDOW)).since()).isZero();
  }

  @Test
  void the_fleet_is_grouped_by_version_and_position_and_says_how_many_are_behind() {
    store.write(
        List.of(
            receipt("a", after(0), 5),
            receipt("b", after(10), 7),
            receipt("c", after(20), 7),
            receipt("closed", after(20), true, at(7, 0)),
            new ClientReceipt("d", "production", "typescript/0.1.0", one(7), false, after(5)),
            receipt("silent", before(ReceiptStore.WINDOW), 5)));

    assertThat(store.fleet("production", 7, after(1_000)))
        .isEqualTo(
            new Fleet(
                4,
                1,
                List.of(
                    new ClientGroup("java/0.1.0", 5, 1, after(0)),
                    new ClientGroup("java/0.1.0", 7, 2, after(20)),
                    new ClientGroup("typescript/0.1.0", 7, 1, after(5)))));
    assertThat(store.fleet("staging", 7, after(1_000))).isEqualTo(new Fleet(0, 0, List.of()));
  }

  private static List<Enforced> one(long position) {
    return List.of(new Enforced(position, KILLED));
  }

  @Test
  void an_environment_has_room_for_so_many_clients_and_those_it_has_go_on() {
    ReceiptStore small = new ReceiptStore(database, 2);

    assertThat(small.write(List.of(receipt("a", before(Duration.ofSeconds(9)), 5)))).isZero();
    assertThat(
            small.write(
                List.of(
                    receipt("b", before(Duration.ofSeconds(8)), 5),
                    receipt("c", before(Duration.ofSeconds(8)), 5))))
        .isEqualTo(1);
    assertThat(small.write(List.of(receipt("a", before(Duration.ofSeconds(7)), 6)))).isZero();
    small.expect(KILL);

    assertThat(missing()).containsExactly("a", "b");
  }

  @Test
  void many_missing_clients_are_counted_and_some_are_named() {
    store.write(
        IntStream.range(0, 150)
            .mapToObj(i -> receipt("c" + i, before(Duration.ofSeconds(i + 1)), 5))
            .toList());
    store.expect(KILL);

    assertThat(enforcement().missingCount()).isEqualTo(150);
    assertThat(missing()).hasSize(100).startsWith("c0", "c1").endsWith("c98", "c99");
  }

  @Test
  void everything_survives_a_restart() {
    store.write(
        List.of(
            receipt("a", before(Duration.ofSeconds(9)), 5),
            receipt("b", before(Duration.ofSeconds(9)), 5)));
    store.expect(KILL);
    store.write(List.of(receipt("a", after(100), false, at(10, 40))));

    ReceiptStore again = new ReceiptStore(reopened(database));
    again.expect(KILL);

    Enforcement known = again.enforcement(KILL, after(200));
    assertThat(known.delays()).isEqualTo(delays(40, 40, 40));
    assertThat(known.missing()).extracting(Missing::client).containsExactly("b");
  }

  @Test
  void a_silent_client_is_forgotten_after_a_day_and_a_kill_after_thirty() {
    store.write(
        List.of(
            receipt("a", before(Duration.ofSeconds(9)), 5),
            receipt("b", before(Duration.ofSeconds(9)), 5)));
    store.expect(KILL);
    store.write(List.of(receipt("a", after(100), false, at(10, 40))));

    store.forget(KILLED.plus(ReceiptStore.CLIENTS_KEPT).plusSeconds(1));
    assertThat(enforcement().delays()).isEqualTo(delays(40, 40, 40));
    assertThat(enforcement().missing())
        .containsExactly(
            new Missing("b", "java/0.1.0", before(Duration.ofSeconds(9)), Optional.empty()));
    store.forget(KILLED.plus(ReceiptStore.KILLS_KEPT));
    assertThat(enforcement().expected()).isEqualTo(2);
    store.forget(KILLED.plus(ReceiptStore.KILLS_KEPT).plusMillis(1));
    assertThat(enforcement().expected()).isZero();
  }

  @Test
  void processes_that_meet_the_same_clients_at_the_same_time_lose_none() throws Exception {
    ReceiptStore other = new ReceiptStore(reopened(database));
    List<Callable<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      for (ReceiptStore each : List.of(store, other)) {
        writes.add(() -> each.write(List.of(receipt("c" + number, KILLED.minusMillis(5), 5))));
        writes.add(() -> {
          each.expect(kill(10 + number, KILLED));
          return 0;
        });
      }
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Integer> each : threads.invokeAll(writes)) {
        assertThat(each.get()).isZero();
      }
    }

    assertThat(store.fleet("production", 5, KILLED).clients()).isEqualTo(20);
    Kill last = kill(40, KILLED);
    store.expect(last);
    assertThat(store.enforcement(last, KILLED).expected()).isEqualTo(20);
  }

  /** The counts and the list are several queries, and receipts come between them. */
  @Test
  void the_missing_that_are_named_are_the_missing_that_are_counted() throws Exception {
    List<String> clients = IntStream.range(0, 90).mapToObj(i -> "c" + i).toList();
    store.write(
        clients.stream().map(each -> receipt(each, before(Duration.ofSeconds(9)), 5)).toList());
    store.expect(KILL);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<?> writing =
          thread.submit(
              () -> clients.forEach(each -> store.write(List.of(receipt(each, after(2_000), 10)))));
      do {
        Enforcement seen = enforcement();
        assertThat(seen.missing()).hasSize((int) seen.missingCount());
        assertThat(seen.delays().isPresent()).isEqualTo(seen.enforcing() > 0);
      } while (!writing.isDone());
      writing.get();
    }
    assertThat(enforcement().missingCount()).isZero();
  }
}
