package io.trialog.eventstore.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.contract.StoreUnderTest.Cut;
import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.LogUnavailable;
import io.trialog.language.log.StoredEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is particular to EventStoreDB: trouble on the way, and others on the same server. */
class EventStoreDbTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final Duration LATEST = Duration.ofSeconds(30);

  private final StandInServer server = StandInServer.start();
  private EventStore store;

  /** The first connection of a JVM takes seconds; no deadline here is about that. */
  @BeforeAll
  static void loadTheClient() {
    try (StandInServer first = StandInServer.start()) {
      EventStoreDb.open(new EventStoreDbSettings(first.uri(), "a", DEADLINE), Clock.systemUTC())
          .close();
    }
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
    server.close();
  }

  @Test
  void an_append_without_an_answer_is_repeated_with_the_same_ids_and_stored_once() {
    store = open("a", SHORT);
    int before = server.appends();

    server.leaveUnanswered(1);
    append(paused("experiment/a", 0));

    assertThat(server.appends() - before).isGreaterThanOrEqualTo(2);
    assertThat(store.log().stream("experiment/a")).hasSize(1);
  }

  @Test
  void a_repeated_append_is_known_by_its_ids_where_the_server_forgot_them() {
    store = open("a", DEADLINE);
    append(paused("experiment/a", 0));
    server.forgetIds();

    server.cutNextAppend(Cut.AFTER_IT_TOOK_EFFECT);
    append(paused("experiment/a", 1), paused("experiment/a", 2));

    assertThat(store.log().stream("experiment/a")).hasSize(3);
    assertThatThrownBy(() -> append(paused("experiment/a", 1)))
        .isInstanceOf(ConcurrencyException.class);
  }

  @Test
  void another_writers_event_is_not_taken_for_ours_after_a_cut() {
    store = open("a", DEADLINE);
    append(paused("experiment/a", 0));
    DomainEventMessage<TrialogEvent> theirs = paused("experiment/a", 1);

    // Ours is cut before the server has it; theirs is there when it is repeated.
    server.beforeTheNextCut(() -> {
      try (EventStore other = open("a", DEADLINE)) {
        other.engine().appendEvents(theirs);
      }
    });
    server.cutNextAppend(Cut.BEFORE_IT_TOOK_EFFECT);

    assertThatThrownBy(() -> append(paused("experiment/a", 1)))
        .isInstanceOf(ConcurrencyException.class);
    assertThat(store.log().stream("experiment/a").getLast().eventId())
        .isEqualTo(theirs.getIdentifier());
    assertThat(store.log().stream("experiment/a")).hasSize(2);
  }

  @Test
  void a_server_that_never_answers_is_unavailable_within_three_deadlines() {
    store = open("a", SHORT);
    server.leaveUnanswered(1_000);

    long start = System.nanoTime();
    assertThatThrownBy(() -> store.log().read(0, 10))
        .isInstanceOf(LogUnavailable.class)
        .hasMessageContaining("could not read the log in");
    assertThatThrownBy(() -> append(paused("experiment/a", 0)))
        .isInstanceOf(LogUnavailable.class)
        .hasMessageContaining("append to stream a-experiment/a");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LATEST);
  }

  @Test
  void a_server_that_was_away_is_found_again() {
    store = open("a", SHORT);
    append(paused("experiment/a", 0));

    server.wire().down();
    assertThatThrownBy(() -> append(paused("experiment/a", 1))).isInstanceOf(LogUnavailable.class);
    assertThatThrownBy(() -> store.log().head()).isInstanceOf(LogUnavailable.class);
    server.wire().up();

    append(paused("experiment/a", 1));
    assertThat(store.log().stream("experiment/a")).hasSize(2);
  }

  @Test
  void opening_without_a_server_is_unavailable() {
    server.wire().down();

    assertThatThrownBy(() -> open("a", SHORT)).isInstanceOf(LogUnavailable.class);
  }

  @Test
  void a_waiting_thread_that_is_interrupted_stops_waiting_and_stays_interrupted() throws Exception {
    store = open("a", LATEST);
    server.leaveUnanswered(1_000);
    Reader reader = new Reader();
    Thread thread = Thread.ofPlatform().start(reader);
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    thread.interrupt();

    assertThat(thread.join(LATEST)).isTrue();
    assertThat(reader.end).isInstanceOf(LogUnavailable.class).hasMessageContaining("interrupted");
    assertThat(reader.flag).isTrue();
  }

  @Test
  void an_interrupted_thread_does_not_ask_and_stays_interrupted() throws Exception {
    store = open("a", LATEST);
    Reader reader = new Reader();
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              reader.run();
            });

    assertThat(thread.join(LATEST)).isTrue();
    assertThat(reader.end).isInstanceOf(LogUnavailable.class).hasMessageContaining("interrupted");
    assertThat(reader.flag).isTrue();
    assertThat(store.log().read(0, 10)).isEmpty();
  }

  /** Reads once; how it ended, and whether its thread was interrupted then. */
  private final class Reader implements Runnable {
    private volatile Throwable end;
    private volatile boolean flag;

    @Override
    public void run() {
      end = catchThrowable(() -> store.log().read(0, 10));
      flag = Thread.currentThread().isInterrupted();
    }
  }

  @Test
  void an_append_too_large_for_the_server_names_its_size_and_stores_nothing() {
    store = open("a", DEADLINE);
    Map<String, String> metadata = new HashMap<>(metadata());
    metadata.put("causation_id", "x".repeat(StandInServer.MAX_APPEND));

    assertThatThrownBy(() -> append(message("experiment/a", 0, metadata)))
        .isInstanceOf(AppendTooLarge.class)
        .hasMessageContainingAll("a-experiment/a", "1 events of 10", "Maximum Append Size");
    assertThat(store.log().stream("experiment/a")).isEmpty();
    append(paused("experiment/a", 0));
    assertThat(store.log().stream("experiment/a")).hasSize(1);
  }

  @Test
  void a_second_aggregate_is_refused_also_later_in_the_unit_of_work_and_below_it() {
    store = open("a", DEADLINE);

    UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
    unit.execute(() -> {
      store.engine().appendEvents(paused("experiment/a", 0));
      store.engine().appendEvents(paused("experiment/a", 1));
      assertThatThrownBy(() -> store.engine().appendEvents(paused("experiment/b", 0)))
          .isInstanceOf(OneAggregatePerUnitOfWork.class)
          .hasMessageContainingAll("experiment/a", "experiment/b");
      DefaultUnitOfWork.startAndGet(null)
          .execute(() ->
              assertThatThrownBy(() -> store.engine().appendEvents(paused("experiment/c", 0)))
                  .isInstanceOf(OneAggregatePerUnitOfWork.class));
    });

    assertThat(store.log().read(0, 10))
        .extracting(StoredEvent::stream)
        .containsExactly("experiment/a", "experiment/a");
    append(paused("experiment/b", 0));
    assertThat(store.log().stream("experiment/b")).hasSize(1);
  }

  @Test
  void two_prefixes_share_a_server_without_seeing_each_other() {
    store = open("a", DEADLINE);
    append(paused("experiment/x", 0));
    try (EventStore other = open("a1", DEADLINE)) {
      other.engine().appendEvents(paused("experiment/x", 0));
      other.engine().appendEvents(paused("experiment/x", 1));

      assertThat(other.log().read(0, 10)).hasSize(2);
      assertThat(store.log().read(0, 10)).hasSize(1);
      assertThat(store.log().head()).isLessThan(other.log().head());
      assertThat(other.identity()).isNotEqualTo(store.identity()).startsWith("eventstoredb:");
    }
    assertThat(open("a", DEADLINE).identity()).isEqualTo(store.identity());
  }

  @Test
  void what_others_write_is_scanned_once_however_often_a_reader_looks() {
    store = open("a", DEADLINE);
    append(paused("experiment/a", 0));
    for (int i = 0; i < 1_700; i++) {
      server.writeForeign("billing-" + i % 7, "InvoiceSent");
    }
    long head = store.log().head();
    assertThat(store.log().read(head, 10)).isEmpty();

    long before = server.served();
    for (int look = 0; look < 20; look++) {
      assertThat(store.log().read(head, 10)).isEmpty();
      assertThat(store.log().head()).isEqualTo(head);
    }
    assertThat(server.served() - before).isLessThan(100);

    append(paused("experiment/a", 1));
    assertThat(store.log().read(head, 10)).hasSize(1);
    assertThat(store.log().read(0, 10)).hasSize(2);
    assertThat(store.log().before(Long.MAX_VALUE, 10)).hasSize(2);
  }

  @Test
  void an_empty_log_on_a_full_server_is_scanned_once() {
    for (int i = 0; i < 1_700; i++) {
      server.writeForeign("billing-" + i % 7, "InvoiceSent");
    }
    store = open("a", DEADLINE);
    assertThat(store.log().head()).isZero();

    long before = server.served();
    assertThat(store.log().head()).isZero();
    assertThat(store.log().before(Long.MAX_VALUE, 10)).isEmpty();
    assertThat(server.served() - before).isLessThan(600);
    append(paused("experiment/a", 0));
    assertThat(store.log().head()).isPositive();
  }

  @Test
  void an_event_that_something_else_wrote_into_our_streams_is_named() {
    store = open("a", DEADLINE);
    server.writeForeign("a-experiment/a", "Greeting");

    assertThatThrownBy(() -> store.log().read(0, 10))
        .isInstanceOf(EventStoreException.class)
        .hasMessageContainingAll(
            "event 0 of stream a-experiment/a", "not written by this platform");
  }

  @Test
  void events_of_another_process_wake_a_waiting_reader() throws Exception {
    store = open("a", DEADLINE);
    EventStore other = open("a", DEADLINE);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Long> reader =
          threads.submit(() -> {
            store.log().await(0, LATEST);
            return store.log().head();
          });
      other.engine().appendEvents(paused("experiment/a", 0));
      assertThat(reader.get(20, TimeUnit.SECONDS)).isPositive();
    }
    other.close();
  }

  @Test
  void the_server_is_told_to_keep_few_snapshots() {
    store = open("a", DEADLINE);

    for (int sequence = 0; sequence < 13; sequence++) {
      store.engine().storeSnapshot(paused("experiment/a", sequence));
    }

    assertThat(server.streams()).contains("a_snapshot-experiment/a", "$$a_snapshot-experiment/a");
    assertThat(store.engine().readSnapshot("experiment/a"))
        .hasValueSatisfying(snapshot -> assertThat(snapshot.getSequenceNumber()).isEqualTo(12));
  }

  @Test
  void a_token_of_another_engine_is_refused() {
    store = open("a", DEADLINE);

    assertThatThrownBy(() ->
            store
                .engine()
                .readEvents(GapAwareTrackingToken.newInstance(3, List.of()), false)
                .toList())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GapAwareTrackingToken");
  }

  @Test
  void a_closed_store_says_so() {
    store = open("a", DEADLINE);
    store.close();

    assertThatThrownBy(() -> store.log().head())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private EventStore open(String prefix, Duration deadline) {
    return EventStoreDb.open(
        new EventStoreDbSettings(server.uri(), prefix, deadline), Clock.systemUTC());
  }

  private void append(EventMessage<?>... events) {
    DefaultUnitOfWork.startAndGet(null).execute(() -> store.engine().appendEvents(events));
  }

  private static Map<String, String> metadata() {
    return new EventMetadata(Actor.human("ada"), "because", "c1", null, null, "production").toMap();
  }

  private static DomainEventMessage<TrialogEvent> paused(String stream, long sequence) {
    return message(stream, sequence, metadata());
  }

  private static DomainEventMessage<TrialogEvent> message(
      String stream, long sequence, Map<String, String> metadata) {
    return new GenericDomainEventMessage<>(
        "Experiment", stream, sequence, new ExperimentPaused("a"), metadata);
  }
}
