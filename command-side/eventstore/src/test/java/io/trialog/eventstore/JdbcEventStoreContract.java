package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a database must do as an event store; each database has a class of its own. */
abstract class JdbcEventStoreContract {
  private HikariDataSource database;
  private EventStore store;
  private EventLog log;

  /** An empty database. */
  abstract HikariDataSource connect();

  @BeforeEach
  void open() {
    database = connect();
    store = JdbcEventStore.open(database, Clock.systemUTC(), database::close);
    log = store.log();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void an_event_is_read_as_it_was_written() {
    append("experiment/a", 0, new ExperimentPaused("a"));

    List<StoredEvent> events = log.read(0, 10);

    assertThat(events).hasSize(1);
    StoredEvent stored = events.getFirst();
    assertThat(stored.type()).isEqualTo("ExperimentPaused");
    assertThat(new String(stored.payload(), StandardCharsets.UTF_8))
        .isEqualTo("{\"experiment\":\"a\"}");
    RecordedEvent recorded = EventCodec.decode(stored);
    assertThat(recorded.event()).isEqualTo(new ExperimentPaused("a"));
    assertThat(recorded.metadata().actor()).isEqualTo(Actor.human("ada"));
    assertThat(log.eventAt("experiment/a", 0))
        .hasValueSatisfying(found -> assertThat(found.eventId()).isEqualTo(stored.eventId()));
    assertThat(log.eventAt("experiment/a", 1)).isEmpty();
    assertThat(log.head()).isEqualTo(stored.position());
    assertThat(log.stream("experiment/a")).hasSize(1);
  }

  @Test
  void two_writers_of_one_sequence_conflict() {
    append("experiment/a", 0, new ExperimentPaused("a"));
    append("experiment/a", 1, new ExperimentResumed("a", null));

    assertThatThrownBy(() -> append("experiment/a", 1, new ExperimentPaused("a")))
        .isInstanceOf(ConcurrencyException.class);
    assertThatThrownBy(() -> append("experiment/a", 0, new ExperimentPaused("a")))
        .isInstanceOf(AggregateStreamCreationException.class);
    assertThat(log.read(0, 10)).hasSize(2);
  }

  @Test
  void a_reader_never_has_to_come_back_for_a_gap_while_ten_writers_append() throws Exception {
    int writers = 10;
    int each = 60;
    AtomicBoolean writing = new AtomicBoolean(true);
    try (ExecutorService threads = Executors.newFixedThreadPool(writers + 1)) {
      Future<List<Long>> reader = threads.submit(() -> follow(writing));
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String stream = "experiment/w" + writer;
        done.add(
            threads.submit(() -> {
              for (int sequence = 0; sequence < each; sequence++) {
                append(stream, sequence, new ExperimentPaused("w"));
              }
            }));
      }
      for (Future<?> writer : done) {
        writer.get(60, TimeUnit.SECONDS);
      }
      writing.set(false);
      List<Long> seen = reader.get(60, TimeUnit.SECONDS);
      assertThat(seen).hasSize(writers * each).isSorted();
      assertThat(seen).isEqualTo(log.read(0, 10_000).stream().map(StoredEvent::position).toList());
    }
  }

  @Test
  void a_waiting_reader_is_woken_by_a_commit() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Long> reader =
          threads.submit(() -> {
            waiting.countDown();
            log.await(0, Duration.ofSeconds(30));
            return log.head();
          });
      assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
      append("experiment/a", 0, new ExperimentPaused("a"));
      assertThat(reader.get(10, TimeUnit.SECONDS)).isPositive();
    }
  }

  @Test
  void waiting_ends_with_its_time() throws Exception {
    long start = System.nanoTime();
    log.await(0, Duration.ofMillis(50));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(45), Duration.ofSeconds(10));
  }

  @Test
  void the_newest_events_are_read_backwards() {
    for (int sequence = 0; sequence < 5; sequence++) {
      append("experiment/a", sequence, new ExperimentPaused("a"));
    }
    List<StoredEvent> forwards = log.read(0, 10);

    assertThat(log.before(Long.MAX_VALUE, 2))
        .extracting(StoredEvent::position)
        .containsExactly(forwards.get(4).position(), forwards.get(3).position());
    assertThat(log.before(forwards.get(3).position(), 10))
        .extracting(StoredEvent::sequence)
        .containsExactly(2L, 1L, 0L);
    assertThat(log.before(forwards.getFirst().position(), 10)).isEmpty();
  }

  @Test
  void a_failed_unit_of_work_leaves_nothing() {
    assertThatThrownBy(() ->
            inUnitOfWork(() -> {
              store.engine().appendEvents(List.of(message("experiment/a", 0, paused())));
              throw new IllegalStateException("as wanted");
            }))
        .hasMessage("as wanted");

    assertThat(log.head()).isZero();
    append("experiment/a", 0, paused());
    assertThat(log.stream("experiment/a")).hasSize(1);
  }

  @Test
  void commits_of_another_process_are_found() throws Exception {
    EventStore other = JdbcEventStore.open(database, Clock.systemUTC());
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Long> reader =
          threads.submit(() -> {
            other.log().await(0, Duration.ofSeconds(30));
            return other.log().head();
          });
      append("experiment/a", 0, paused());
      assertThat(reader.get(10, TimeUnit.SECONDS)).isPositive();
    }
  }

  @Test
  void a_log_is_known_by_its_name_at_every_opening_and_by_no_other() {
    assertThat(JdbcEventStore.open(database, Clock.systemUTC()).identity())
        .isEqualTo(store.identity())
        .matches("(h2|postgresql):[0-9a-f-]{36}");
    try (HikariDataSource another = connect()) {
      assertThat(JdbcEventStore.open(another, Clock.systemUTC()).identity())
          .isNotEqualTo(store.identity());
    }
  }

  private List<Long> follow(AtomicBoolean writing) throws InterruptedException {
    List<Long> seen = new ArrayList<>();
    long last = 0;
    while (true) {
      boolean more = writing.get();
      List<StoredEvent> batch = log.read(last, 7);
      for (StoredEvent event : batch) {
        last = event.position();
        seen.add(last);
      }
      if (batch.isEmpty() && !more) {
        return seen;
      }
      log.await(last, Duration.ofMillis(20));
    }
  }

  private static ExperimentPaused paused() {
    return new ExperimentPaused("a");
  }

  private void append(String stream, long sequence, TrialogEvent event) {
    inUnitOfWork(() -> store.engine().appendEvents(List.of(message(stream, sequence, event))));
  }

  private static DomainEventMessage<TrialogEvent> message(
      String stream, long sequence, TrialogEvent event) {
    return new GenericDomainEventMessage<>(
        "Experiment",
        stream,
        sequence,
        event,
        new EventMetadata(Actor.human("ada"), "because", "c1", null, null, "production").toMap());
  }

  private void inUnitOfWork(Runnable work) {
    UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
    unit.attachTransaction(store.transactions());
    unit.execute(work);
  }
}
