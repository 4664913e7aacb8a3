package io.trialog.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.eventstore.IdempotentRequests.Answer;
import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.GenericMessage;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a promise is worth, wherever it is kept. */
abstract class IdempotentRequestsContract {
  private static final Duration SECOND = Duration.ofSeconds(1);

  final MovedClock clock = new MovedClock();
  private final List<EventStore> opened = new ArrayList<>();
  private EventStore store;

  /** A clock that stands until it is moved. */
  static final class MovedClock extends Clock {
    private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

    void move(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  /** The same log at each call, as another process opens it. */
  abstract EventStore openAgain();

  @BeforeEach
  void open() {
    store = opened();
  }

  @AfterEach
  void close() {
    opened.forEach(EventStore::close);
  }

  final EventStore opened() {
    EventStore another = openAgain();
    opened.add(another);
    return another;
  }

  @Test
  void a_promise_is_found_by_its_actor_and_key_only() {
    Answer answer = new Answer("d1", "experiment/a", 0);
    store("ada", "k1", answer);

    assertThat(find("ada", "k1")).isEqualTo(answer);
    assertThat(store.requests().find("ben", "k1", "experiment/a")).isEmpty();
    assertThat(store.requests().find("ada", "k2", "experiment/a")).isEmpty();
    assertThat(store.requests().find("ada", "k1", "experiment/b")).contains(answer);
  }

  @Test
  void a_key_is_promised_once() {
    store("ada", "k1", new Answer("d1", "experiment/a", 0));

    assertThatThrownBy(() -> store("ada", "k1", new Answer("d1", "experiment/a", 1)))
        .isInstanceOf(AlreadyPromised.class)
        .hasMessageContaining("k1");
    assertThat(store.log().stream("experiment/a")).hasSize(1);
  }

  @Test
  void what_was_not_stored_was_not_promised() {
    assertThatThrownBy(() ->
            inUnitOfWork(
                store,
                () -> {
                  promise(store, "ada", "k1", new Answer("d1", "experiment/a", 0));
                  throw new IllegalStateException("as wanted");
                }))
        .hasMessage("as wanted");

    assertThat(store.requests().find("ada", "k1", "experiment/a")).isEmpty();
    store("ada", "k1", new Answer("d1", "experiment/a", 0));
    assertThat(find("ada", "k1").sequence()).isZero();
  }

  @Test
  void of_eight_racers_with_one_key_one_is_stored_and_the_others_find_its_answer()
      throws Exception {
    int racers = 8;
    CyclicBarrier line = new CyclicBarrier(racers);
    List<String> lost = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(racers)) {
      List<Future<String>> racing = new ArrayList<>();
      for (int i = 0; i < racers; i++) {
        String stream = "experiment/r" + i;
        racing.add(
            threads.submit(() -> {
              line.await(20, TimeUnit.SECONDS);
              return race(stream);
            }));
      }
      for (Future<String> racer : racing) {
        lost.add(racer.get(60, TimeUnit.SECONDS));
      }
    }
    assertThat(lost).filteredOn(String::isEmpty).hasSize(1);
    assertThat(store.log().read(0, 100)).hasSize(1);
    assertThat(lost)
        .filteredOn(found -> !found.isEmpty())
        .hasSize(racers - 1)
        .containsOnly(store.log().read(0, 1).getFirst().stream());
  }

  /** Empty for the winner, else the stream of the answer that was first. */
  private String race(String stream) {
    try {
      store("ada", "k1", new Answer("d1", stream, 0));
      return "";
    } catch (AlreadyPromised e) {
      return store.requests().find("ada", "k1", stream).orElseThrow().stream();
    }
  }

  @Test
  void a_promise_holds_for_24_hours_also_after_a_restart() {
    Answer answer = new Answer("d1", "experiment/a", 0);
    store("ada", "k1", answer);
    clock.move(IdempotentRequests.KEPT.minus(SECOND));

    assertThat(find("ada", "k1")).isEqualTo(answer);
    store = opened();
    assertThat(find("ada", "k1")).isEqualTo(answer);
    assertThatThrownBy(() -> store("ada", "k1", new Answer("d2", "experiment/a", 1)))
        .isInstanceOf(AlreadyPromised.class);
  }

  @Test
  void after_24_hours_the_key_is_free_again() {
    store("ada", "k1", new Answer("d1", "experiment/a", 0));
    clock.move(IdempotentRequests.KEPT);

    assertThat(store.requests().find("ada", "k1", "experiment/a")).isEmpty();
    assertThat(opened().requests().find("ada", "k1", "experiment/a")).isEmpty();
    Answer second = new Answer("d2", "experiment/a", 1);
    store("ada", "k1", second);
    assertThat(find("ada", "k1")).isEqualTo(second);
    assertThat(opened().requests().find("ada", "k1", "experiment/a")).contains(second);
  }

  @Test
  void a_promise_of_another_process_is_found() {
    EventStore other = opened();
    Answer answer = new Answer("d1", "experiment/a", 0);
    inUnitOfWork(other, () -> promise(other, "ada", "k1", answer));

    assertThat(find("ada", "k1")).isEqualTo(answer);
  }

  final Answer find(String actor, String key) {
    return store.requests().find(actor, key, "experiment/a").orElseThrow();
  }

  /** Stores an event and the promise that it answers the request. */
  final void store(String actor, String key, Answer answer) {
    inUnitOfWork(store, () -> promise(store, actor, key, answer));
  }

  private void promise(EventStore into, String actor, String key, Answer answer) {
    EventMetadata metadata = new EventMetadata(Actor.human(actor), null, "c", null, key, null);
    into.requests().record(actor, key, answer);
    into.engine()
        .appendEvents(
            List.of(
                new GenericDomainEventMessage<>(
                    "Experiment",
                    answer.stream(),
                    answer.sequence(),
                    new GenericMessage<>(new ExperimentPaused("a"), metadata.toMap())
                        .andMetaData(
                            Map.of(IdempotentRequests.REQUEST_DIGEST, answer.requestDigest())),
                    clock.instant())));
  }

  private static void inUnitOfWork(EventStore store, Runnable work) {
    UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
    unit.attachTransaction(store.transactions());
    unit.execute(work);
  }
}
