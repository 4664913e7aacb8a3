package io.trialog.eventstore.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.eventstore.contract.StoreUnderTest.Cut;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.Actor;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The contract of an event store: what its engine, its log and its promises do, whichever server
 * keeps them. Each test shows something stored before it shows something absent, so that a store
 * that does nothing passes none of them.
 */
@SuppressWarnings("NullAway")
public abstract class EventStoreContract {
  private static final int WRITERS = 10;
  private static final int LARGE = 700_000;

  private StoreUnderTest test;

  /** Opens an empty log. */
  protected abstract StoreUnderTest open() throws Exception;

  @BeforeEach
  final void openStore() throws Exception {
    test = open();
  }

  @AfterEach
  final void closeStore() {
    if (test != null) {
      test.close();
    }
  }

  @Test
  void an_event_is_read_back_byte_for_byte_with_its_metadata() {
    DomainEventMessage<TrialogEvent> message = paused("experiment/a", 0);
    append(message);

    DomainEventMessage<?> read = aggregate("experiment/a").getFirst();
    StoredEvent stored = store().log().stream("experiment/a").getFirst();

    assertThat(read.getPayload()).isEqualTo(new ExperimentPaused("a"));
    assertThat(read.getIdentifier()).isEqualTo(message.getIdentifier());
    assertThat(read.getTimestamp().truncatedTo(ChronoUnit.MILLIS))
        .isEqualTo(message.getTimestamp().truncatedTo(ChronoUnit.MILLIS));
    assertThat(read.getType()).isEqualTo("Experiment");
    assertThat(read.getMetaData()).isEqualTo(message.getMetaData());
    assertThat(text(stored.payload())).isEqualTo("{\"experiment\":\"a\"}");
    assertThat(EventCodec.decodeMetadata(stored.metadata())).isEqualTo(metadata().toMap());
    assertThat(stored.eventId()).isEqualTo(message.getIdentifier());
    assertThat(stored.time()).isEqualTo(read.getTimestamp());
    assertThat(stored.type()).isEqualTo("ExperimentPaused");
    assertThat(stored.version()).isEqualTo(1);
    assertThat(stored.position()).isPositive();
    RecordedEvent recorded = EventCodec.decode(stored);
    assertThat(recorded.event()).isEqualTo(new ExperimentPaused("a"));
    assertThat(recorded.metadata()).isEqualTo(metadata());
  }

  @Test
  void texts_come_back_whatever_is_in_them() {
    String reason = "braces } { ]\" \\ \n \u0001 ü 漢字 \ud83d\ude80 \\\"}";
    EventMetadata metadata =
        new EventMetadata(Actor.human("ada"), reason, "c1", null, null, "production");
    append(message("experiment/a", 0, new ExperimentPaused("a"), metadata.toMap()));

    StoredEvent stored = store().log().read(0, 10).getFirst();

    assertThat(EventCodec.decode(stored).metadata().reason()).isEqualTo(reason);
    assertThat(aggregate("experiment/a").getFirst().getMetaData()).containsEntry("reason", reason);
  }

  @Test
  void events_of_one_append_and_of_several_are_in_order() {
    append(paused("experiment/a", 0), resumed("experiment/a", 1), paused("experiment/a", 2));
    append(paused("experiment/b", 0));
    append(resumed("experiment/a", 3));

    assertThat(aggregate("experiment/a"))
        .extracting(DomainEventMessage::getSequenceNumber)
        .containsExactly(0L, 1L, 2L, 3L);
    assertThat(store().log().stream("experiment/a"))
        .extracting(StoredEvent::type)
        .containsExactly("ExperimentPaused", "TokenRevoked", "ExperimentPaused", "TokenRevoked");
    List<StoredEvent> all = store().log().read(0, 10);
    assertThat(all)
        .extracting(event -> event.stream() + " " + event.sequence())
        .containsExactly(
            "experiment/a 0",
            "experiment/a 1",
            "experiment/a 2",
            "experiment/b 0",
            "experiment/a 3");
    assertThat(positions(all)).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void a_stream_longer_than_a_page_is_read_whole_and_from_any_sequence() {
    int length = 1_230;
    for (int first = 0; first < length; first += 205) {
      append(
          LongStream.range(first, first + 205)
              .mapToObj(sequence -> paused("experiment/long", sequence))
              .toArray(EventMessage[]::new));
    }

    assertThat(aggregate("experiment/long"))
        .extracting(DomainEventMessage::getSequenceNumber)
        .containsExactlyElementsOf(LongStream.range(0, length).boxed().toList());
    assertThat(store().log().stream("experiment/long")).hasSize(length);
    assertThat(store().engine().readEvents("experiment/long", 1_111).asStream().toList())
        .extracting(DomainEventMessage::getSequenceNumber)
        .containsExactlyElementsOf(LongStream.range(1_111, length).boxed().toList());
    assertThat(store().engine().readEvents("experiment/long", length).asStream()).isEmpty();
    assertThat(store().log().read(0, 1_000)).hasSize(1_000);
    assertThat(tracked(null)).hasSize(length);
  }

  @Test
  void a_sequence_that_is_taken_is_a_conflict_and_stores_nothing() {
    append(paused("experiment/a", 0));
    append(resumed("experiment/a", 1));

    assertThatThrownBy(() -> append(paused("experiment/a", 1)))
        .isInstanceOf(ConcurrencyException.class);
    assertThatThrownBy(() -> append(paused("experiment/a", 0)))
        .isInstanceOf(AggregateStreamCreationException.class);
    assertThatThrownBy(() -> append(paused("experiment/a", 1), resumed("experiment/a", 2)))
        .isInstanceOf(ConcurrencyException.class);
    assertThat(store().log().read(0, 10))
        .extracting(StoredEvent::type)
        .containsExactly("ExperimentPaused", "TokenRevoked");
  }

  @Test
  void exactly_one_of_many_writers_of_one_sequence_wins() throws Exception {
    for (int sequence = 0; sequence < 5; sequence++) {
      List<DomainEventMessage<TrialogEvent>> rivals = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        rivals.add(paused("experiment/a", sequence));
      }
      List<String> winners = race(rivals);
      assertThat(winners).hasSize(1);
      assertThat(store().log().stream("experiment/a").getLast().eventId())
          .isEqualTo(winners.getFirst());
    }
    assertThat(store().log().stream("experiment/a")).hasSize(5);
  }

  @Test
  void a_reader_misses_nothing_while_ten_writers_append() throws Exception {
    int each = 40;
    AtomicBoolean writing = new AtomicBoolean(true);
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2)) {
      Future<List<Long>> byLog = threads.submit(() -> follow(writing));
      Future<List<String>> byToken = threads.submit(() -> followTokens(writing));
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String stream = "experiment/w" + writer;
        done.add(threads.submit(() -> appendOneByOne(stream, each)));
      }
      for (Future<?> writer : done) {
        writer.get(120, TimeUnit.SECONDS);
      }
      writing.set(false);
      List<StoredEvent> all = store().log().read(0, 10_000);
      assertThat(all).hasSize(WRITERS * each);
      assertThat(byLog.get(60, TimeUnit.SECONDS)).isSorted().isEqualTo(positions(all));
      assertThat(byToken.get(60, TimeUnit.SECONDS))
          .isEqualTo(all.stream().map(StoredEvent::eventId).toList());
    } finally {
      writing.set(false);
    }
  }

  @Test
  void reading_resumes_after_any_token_and_any_position() {
    appendOneByOne("experiment/a", 6);
    appendOneByOne("experiment/b", 5);

    List<TrackedEventMessage<?>> all = tracked(store().engine().createTailToken());
    List<StoredEvent> log = store().log().read(0, 100);

    assertThat(all).hasSize(11);
    assertThat(log).hasSize(11);
    for (int i = 0; i < all.size(); i++) {
      assertThat(ids(tracked(all.get(i).trackingToken())))
          .isEqualTo(ids(all.subList(i + 1, all.size())));
      assertThat(positions(store().log().read(log.get(i).position(), 3)))
          .isEqualTo(positions(log.subList(i + 1, Math.min(i + 4, 11))));
      assertThat(positions(store().log().before(log.get(i).position(), 3)))
          .isEqualTo(positions(log.subList(Math.max(0, i - 3), i).reversed()));
    }
    assertThat(positions(store().log().before(Long.MAX_VALUE, 100)))
        .isEqualTo(positions(log.reversed()));
  }

  @Test
  void the_tail_token_reads_everything_and_the_head_token_what_comes_after() {
    appendOneByOne("experiment/a", 3);
    TrackingToken head = store().engine().createHeadToken();

    assertThat(tracked(head)).isEmpty();
    assertThat(tracked(store().engine().createTailToken())).hasSize(3);
    append(resumed("experiment/a", 3));
    assertThat(tracked(head)).hasSize(1);
    assertThat(tracked(head).getFirst().getPayload()).isEqualTo(new TokenRevoked("a"));
  }

  @Test
  void a_token_at_a_time_reads_what_happened_since() {
    appendOneByOne("experiment/a", 2);
    Instant between = Instant.now().plus(1, ChronoUnit.HOURS);
    append(at(between.plusSeconds(1), resumed("experiment/a", 2)));

    assertThat(tracked(store().engine().createTokenAt(between))).hasSize(1);
    assertThat(tracked(store().engine().createTokenAt(between.minus(1, ChronoUnit.DAYS))))
        .hasSize(3);
    assertThat(tracked(store().engine().createTokenAt(between.plus(1, ChronoUnit.DAYS)))).isEmpty();
  }

  @Test
  void the_newest_snapshot_is_read_and_is_no_event() {
    append(paused("experiment/a", 0), resumed("experiment/a", 1));
    store().engine().storeSnapshot(paused("experiment/a", 0));
    store().engine().storeSnapshot(resumed("experiment/a", 1));

    DomainEventMessage<?> snapshot = store().engine().readSnapshot("experiment/a").orElseThrow();

    assertThat(snapshot.getSequenceNumber()).isEqualTo(1);
    assertThat(snapshot.getPayload()).isEqualTo(new TokenRevoked("a"));
    assertThat(store().engine().readSnapshot("experiment/b")).isEmpty();
    assertThat(store().log().read(0, 10)).hasSize(2);
    assertThat(tracked(null)).hasSize(2);
  }

  @Test
  void an_unknown_stream_is_empty() {
    append(paused("experiment/known", 0));

    assertThat(aggregate("experiment/known")).hasSize(1);
    assertThat(aggregate("experiment/unknown")).isEmpty();
    assertThat(store().log().stream("experiment/unknown")).isEmpty();
    assertThat(store().log().eventAt("experiment/unknown", 0)).isEmpty();
    assertThat(store().engine().lastSequenceNumberFor("experiment/unknown")).isEmpty();
  }

  @Test
  void the_event_at_a_position_is_found_and_at_any_other_none() {
    append(paused("experiment/a", 0));
    EventLog log = store().log();
    StoredEvent stored = log.read(0, 10).getFirst();

    assertThat(log.at(stored.position()))
        .hasValueSatisfying(found -> assertThat(found.eventId()).isEqualTo(stored.eventId()));
    assertThat(log.at(stored.position() + 1)).isEmpty();
    assertThat(log.at(1_000_000_007L)).isEmpty();
  }

  @Test
  void the_last_sequence_and_the_event_at_a_sequence_are_known() {
    appendOneByOne("experiment/a", 4);

    assertThat(store().engine().lastSequenceNumberFor("experiment/a")).contains(3L);
    StoredEvent third = store().log().stream("experiment/a").get(2);
    assertThat(store().log().eventAt("experiment/a", 2))
        .hasValueSatisfying(found -> assertThat(found.eventId()).isEqualTo(third.eventId()));
    assertThat(store().log().eventAt("experiment/a", 4)).isEmpty();
  }

  @Test
  void the_head_is_the_newest_position_and_0_for_an_empty_log() {
    assertThat(store().log().head()).isZero();
    assertThat(store().log().read(0, 10)).isEmpty();
    assertThat(store().log().before(Long.MAX_VALUE, 10)).isEmpty();
    for (int sequence = 0; sequence < 3; sequence++) {
      append(paused("experiment/a", sequence));
      assertThat(store().log().head())
          .isPositive()
          .isEqualTo(store().log().stream("experiment/a").getLast().position());
    }
  }

  @Test
  void names_that_look_alike_are_kept_apart() {
    List<String> names =
        List.of(
            "experiment/a",
            "experiment/a/b",
            "experiment/a/",
            "experiment",
            "experiment-a",
            "experiment/A",
            "Experiment/ä ö_%?#",
            "namespace/acme/rides");
    names.forEach(name -> append(paused(name, 0)));
    append(resumed("experiment/a", 1));

    assertThat(store().log().read(0, 100))
        .extracting(StoredEvent::stream)
        .containsExactlyElementsOf(
            Stream.concat(names.stream(), Stream.of("experiment/a")).toList());
    for (String name : names) {
      assertThat(aggregate(name)).hasSize(name.equals("experiment/a") ? 2 : 1);
      assertThat(aggregate(name).getFirst().getAggregateIdentifier()).isEqualTo(name);
      assertThat(store().log().stream(name)).extracting(StoredEvent::stream).containsOnly(name);
    }
  }

  @Test
  void a_large_event_is_read_back() {
    Map<String, String> metadata = new HashMap<>(metadata().toMap());
    metadata.put("causation_id", "x".repeat(LARGE));
    append(message("experiment/a", 0, new ExperimentPaused("a"), metadata));

    StoredEvent stored = store().log().read(0, 10).getFirst();

    assertThat(EventCodec.decodeMetadata(stored.metadata())).isEqualTo(metadata);
    assertThat(aggregate("experiment/a").getFirst().getMetaData())
        .containsEntry("causation_id", "x".repeat(LARGE));
  }

  @Test
  void two_aggregates_in_one_unit_of_work_are_stored_both_or_not_at_all() {
    append(paused("experiment/a", 0));

    Throwable thrown =
        catchThrowable(() -> append(paused("experiment/b", 0), paused("experiment/c", 0)));

    if (test.atomicOverAggregates()) {
      assertThat(thrown).isNull();
      assertThatThrownBy(() -> append(paused("experiment/d", 0), paused("experiment/a", 0)))
          .isInstanceOf(RuntimeException.class);
      assertThat(streams()).containsExactly("experiment/a", "experiment/b", "experiment/c");
    } else {
      assertThat(thrown).hasMessageContainingAll("experiment/b", "experiment/c");
      assertThat(streams()).containsExactly("experiment/a");
    }
  }

  @Test
  void a_reopened_store_is_the_same_log() {
    append(paused("experiment/a", 0));
    append(paused("experiment/b", 0));
    String identity = store().identity();
    List<StoredEvent> before = store().log().read(0, 10);
    TrackingToken token = tracked(null).getFirst().trackingToken();

    test.reopen();

    assertThat(store().identity()).isEqualTo(identity);
    List<StoredEvent> after = store().log().read(0, 10);
    assertThat(after).hasSize(2).usingRecursiveComparison().isEqualTo(before);
    assertThat(store().log().head()).isEqualTo(before.getLast().position());
    assertThat(tracked(token)).hasSize(1);
    append(resumed("experiment/a", 1));
    assertThat(positions(store().log().read(0, 10))).hasSize(3).isSorted();
  }

  @Test
  void an_append_cut_off_before_it_took_effect_is_stored_once_by_a_retry() {
    retriedThroughACut(Cut.BEFORE_IT_TOOK_EFFECT);
  }

  @Test
  void an_append_cut_off_after_it_took_effect_is_stored_once_by_a_retry() {
    retriedThroughACut(Cut.AFTER_IT_TOOK_EFFECT);
  }

  @Test
  void a_waiting_reader_is_woken_by_an_append() throws Exception {
    append(paused("experiment/a", 0));
    long head = store().log().head();
    CountDownLatch waiting = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Long> reader =
          threads.submit(() -> {
            waiting.countDown();
            store().log().await(head, Duration.ofSeconds(60));
            return store().log().head();
          });
      assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
      append(resumed("experiment/a", 1));
      assertThat(reader.get(30, TimeUnit.SECONDS)).isGreaterThan(head);
    }
  }

  @Test
  void waiting_ends_with_its_time_and_at_once_when_there_is_something() throws Exception {
    append(paused("experiment/a", 0));
    long head = store().log().head();

    long start = System.nanoTime();
    store().log().await(head, Duration.ofMillis(60));
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    start = System.nanoTime();
    store().log().await(0, Duration.ofSeconds(60));

    assertThat(waited).isBetween(Duration.ofMillis(55), Duration.ofSeconds(20));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(head).isPositive();
  }

  @Test
  void a_promise_is_found_also_after_reopening() {
    IdempotentRequests.Answer answer = new IdempotentRequests.Answer("digest", "experiment/a", 0);
    Map<String, String> metadata = new HashMap<>(metadata().toMap());
    metadata.put("idempotency_key", "k1");
    metadata.put(IdempotentRequests.REQUEST_DIGEST, "digest");
    inUnitOfWork(() -> {
      store().requests().record("ada", "k1", answer);
      store()
          .engine()
          .appendEvents(List.of(message("experiment/a", 0, new ExperimentPaused("a"), metadata)));
    });

    assertThat(store().requests().find("ada", "k1", "experiment/a")).contains(answer);
    assertThat(store().requests().find("ben", "k1", "experiment/a")).isEmpty();
    assertThat(store().requests().find("ada", "k2", "experiment/a")).isEmpty();
    test.reopen();
    assertThat(store().requests().find("ada", "k1", "experiment/a")).contains(answer);
  }

  private void retriedThroughACut(Cut when) {
    append(paused("experiment/a", 0));
    DomainEventMessage<TrialogEvent> message = resumed("experiment/a", 1);

    test.cutNextAppend(when);
    if (catchThrowable(() -> append(message)) != null) {
      // What a caller does who does not know: the same again. A conflict says: it is stored.
      Throwable again = catchThrowable(() -> append(message));
      assertThat(again == null || again instanceof ConcurrencyException).isTrue();
    }
    assertThat(test.wasCut()).isTrue();

    assertThat(store().log().stream("experiment/a"))
        .extracting(StoredEvent::type)
        .containsExactly("ExperimentPaused", "TokenRevoked");
    assertThat(store().log().stream("experiment/a").getLast().eventId())
        .isEqualTo(message.getIdentifier());
    append(paused("experiment/a", 2));
    assertThat(store().log().read(0, 10)).hasSize(3);
  }

  /** All at once; the ids of those that were stored. */
  private List<String> race(List<DomainEventMessage<TrialogEvent>> rivals) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<String> winners = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(rivals.size())) {
      List<Future<Throwable>> ends =
          rivals.stream()
              .map(rival ->
                  threads.submit(() -> {
                    start.await();
                    return catchThrowable(() -> append(rival));
                  }))
              .toList();
      start.countDown();
      for (int i = 0; i < rivals.size(); i++) {
        Throwable end = ends.get(i).get(60, TimeUnit.SECONDS);
        if (end == null) {
          winners.add(rivals.get(i).getIdentifier());
        } else {
          assertThat(end)
              .isInstanceOfAny(ConcurrencyException.class, AggregateStreamCreationException.class);
        }
      }
    }
    return winners;
  }

  private List<Long> follow(AtomicBoolean writing) throws InterruptedException {
    List<Long> seen = new ArrayList<>();
    long last = 0;
    while (true) {
      boolean more = writing.get();
      List<StoredEvent> batch = store().log().read(last, 7);
      for (StoredEvent event : batch) {
        last = event.position();
        seen.add(last);
      }
      if (batch.isEmpty() && !more) {
        return seen;
      }
      store().log().await(last, Duration.ofMillis(20));
    }
  }

  private List<String> followTokens(AtomicBoolean writing) {
    List<String> seen = new ArrayList<>();
    TrackingToken last = store().engine().createTailToken();
    while (true) {
      boolean more = writing.get();
      List<TrackedEventMessage<?>> batch = tracked(last);
      for (TrackedEventMessage<?> event : batch) {
        last = event.trackingToken();
        seen.add(event.getIdentifier());
      }
      if (batch.isEmpty() && !more) {
        return seen;
      }
    }
  }

  private void appendOneByOne(String stream, int count) {
    for (int sequence = 0; sequence < count; sequence++) {
      append(paused(stream, sequence));
    }
  }

  private void append(EventMessage<?>... events) {
    inUnitOfWork(() -> store().engine().appendEvents(List.of(events)));
  }

  private void inUnitOfWork(Runnable work) {
    UnitOfWork<?> unit = DefaultUnitOfWork.startAndGet(null);
    unit.attachTransaction(store().transactions());
    unit.execute(work);
  }

  private EventStore store() {
    return test.store();
  }

  private List<? extends DomainEventMessage<?>> aggregate(String identifier) {
    return store().engine().readEvents(identifier).asStream().toList();
  }

  private List<TrackedEventMessage<?>> tracked(TrackingToken after) {
    try (Stream<? extends TrackedEventMessage<?>> events =
        store().engine().readEvents(after, false)) {
      return new ArrayList<>(events.toList());
    }
  }

  private List<String> streams() {
    return store().log().read(0, 100).stream().map(StoredEvent::stream).toList();
  }

  private static List<String> ids(List<TrackedEventMessage<?>> events) {
    return events.stream().<String>map(EventMessage::getIdentifier).toList();
  }

  private static List<Long> positions(List<StoredEvent> events) {
    return events.stream().map(StoredEvent::position).toList();
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private static EventMetadata metadata() {
    return new EventMetadata(Actor.human("ada"), "because", "c1", null, null, "production");
  }

  private static DomainEventMessage<TrialogEvent> paused(String stream, long sequence) {
    return message(stream, sequence, new ExperimentPaused("a"), metadata().toMap());
  }

  private static DomainEventMessage<TrialogEvent> resumed(String stream, long sequence) {
    return message(stream, sequence, new TokenRevoked("a"), metadata().toMap());
  }

  private static DomainEventMessage<TrialogEvent> message(
      String stream, long sequence, TrialogEvent event, Map<String, String> metadata) {
    return new GenericDomainEventMessage<>("Experiment", stream, sequence, event, metadata);
  }

  private static DomainEventMessage<TrialogEvent> at(
      Instant time, DomainEventMessage<TrialogEvent> message) {
    return new GenericDomainEventMessage<>(
        message.getType(),
        message.getAggregateIdentifier(),
        message.getSequenceNumber(),
        message.getPayload(),
        message.getMetaData(),
        message.getIdentifier(),
        time);
  }
}
