package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

class OrderedJdbcEventStorageEngineTest {
  @TempDir Path folder;

  private JdbcConnectionPool database;
  private SpringTransactions transactions;
  private JdbcEventLog log;
  private OrderedJdbcEventStorageEngine engine;

  @BeforeEach
  void open() {
    database =
        JdbcConnectionPool.create(
            "jdbc:h2:file:" + folder.resolve("log") + ";WRITE_DELAY=0", "", "");
    database.setMaxConnections(20);
    EventStoreSchema.migrate(database);
    transactions = new SpringTransactions(new DataSourceTransactionManager(database));
    log = new JdbcEventLog(database);
    engine = OrderedJdbcEventStorageEngine.create(connections(), transactions, log::committed);
  }

  @AfterEach
  void close() {
    database.dispose();
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
  void a_promise_for_an_idempotency_key_is_found_and_cannot_be_given_twice() {
    IdempotentRequests requests = new JdbcIdempotentRequests(database, java.time.Clock.systemUTC());
    IdempotentRequests.Answer answer = new IdempotentRequests.Answer("d1", "experiment/a", 3);

    requests.record("ada", "k1", answer);

    assertThat(requests.find("ada", "k1", "experiment/a")).contains(answer);
    assertThat(requests.find("ben", "k1", "experiment/a")).isEmpty();
    assertThatThrownBy(() -> requests.record("ada", "k1", answer))
        .isInstanceOf(AlreadyPromised.class);
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

  private void append(String stream, long sequence, TrialogEvent event) {
    DomainEventMessage<TrialogEvent> message =
        new GenericDomainEventMessage<>(
            "Experiment",
            stream,
            sequence,
            event,
            new EventMetadata(Actor.human("ada"), "because", "c1", null, null, "production")
                .toMap());
    inUnitOfWork(() -> {
      engine.appendEvents(List.of(message));
      return null;
    });
  }

  private <T> void inUnitOfWork(Callable<T> work) {
    UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
    unit.attachTransaction(transactions);
    unit.execute(() -> {
      try {
        work.call();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  private ConnectionProvider connections() {
    return new TransactionAwareDataSourceProxy(database)::getConnection;
  }
}
