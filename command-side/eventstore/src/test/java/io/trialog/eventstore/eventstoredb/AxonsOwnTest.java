package io.trialog.eventstore.eventstoredb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.axonframework.eventsourcing.utils.EventStoreTestUtils.AGGREGATE;
import static org.axonframework.eventsourcing.utils.EventStoreTestUtils.createEvent;
import static org.axonframework.eventsourcing.utils.EventStoreTestUtils.createEvents;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.BatchingEventStorageEngineTest;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.upcasting.event.EventUpcaster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Axon's own tests of a storage engine, on the stand-in. Where one asks for what EventStoreDB does
 * not do, it is overridden by what is asked for here, with the reason.
 */
class AxonsOwnTest
    extends BatchingEventStorageEngineTest<
        EventStoreDbStorageEngine, EventStoreDbStorageEngine.Builder> {
  private final StandInServer server = StandInServer.start();
  private final Calls calls =
      new Calls(new EventStoreDbSettings(server.uri(), "axon", Duration.ofSeconds(10)));
  private EventStoreDbStorageEngine engine;

  @BeforeEach
  void open() {
    engine = createEngine(builder -> builder);
    setTestSubject(engine);
  }

  @AfterEach
  void close() {
    calls.close();
    server.close();
  }

  @Override
  protected EventStoreDbStorageEngine createEngine(
      UnaryOperator<EventStoreDbStorageEngine.Builder> settings) {
    EventStoreDbStorageEngine.Builder builder = new EventStoreDbStorageEngine.Builder();
    TextSerializer serializer = new TextSerializer();
    builder.eventSerializer(serializer);
    builder.snapshotSerializer(serializer);
    Names names = new Names("axon");
    return EventStoreDbStorageEngine.create(
        settings.apply(builder),
        new EventStoreDbStorageEngine.Parts(calls, names, new WholeLog(calls, names), () -> {}));
  }

  /**
   * Axon's stores one event id in two aggregates by one append and expects the id to collide. Two
   * aggregates are refused here before that, and EventStoreDB does not compare ids across streams.
   * What stays: a second first event of an aggregate is refused as such.
   */
  @Test
  @Override
  public void
      uniqueKeyConstraintOnFirstEventIdentifierThrowsAggregateIdentifierAlreadyExistsException() {
    engine.appendEvents(createEvent("id", AGGREGATE, 0));

    assertThatThrownBy(() -> engine.appendEvents(createEvent("other id", AGGREGATE, 0)))
        .isInstanceOf(AggregateStreamCreationException.class);
    assertThatThrownBy(
            () -> engine.appendEvents(createEvent("id", "a", 0), createEvent("id", "b", 0)))
        .isInstanceOf(OneAggregatePerUnitOfWork.class);
  }

  /** As above, for an event that is not the first. */
  @Test
  @Override
  public void uniqueKeyConstraintOnEventIdentifier() {
    engine.appendEvents(createEvent("id 0", AGGREGATE, 0), createEvent("id 1", AGGREGATE, 1));

    assertThatThrownBy(() -> engine.appendEvents(createEvent("other id", AGGREGATE, 1)))
        .isInstanceOf(ConcurrencyException.class);
  }

  /**
   * Axon's stores, by one append, events of several aggregates that were never created, and asks
   * about their order and times. Order and times stay as they are; the events become those of one
   * aggregate. The same for the six that follow.
   */
  @Test
  @Override
  public void createTailToken() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTailToken();
  }

  @Test
  @Override
  public void createHeadToken() {
    setTestSubject(new AsOneAggregate(engine));
    super.createHeadToken();
  }

  @Test
  @Override
  public void createTokenAt() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTokenAt();
  }

  @Test
  @Override
  public void createTokenAtExactTime() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTokenAtExactTime();
  }

  @Test
  @Override
  public void createTokenWithUnorderedEvents() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTokenWithUnorderedEvents();
  }

  @Test
  @Override
  public void createTokenAtTimeAfterLastEvent() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTokenAtTimeAfterLastEvent();
  }

  @Test
  @Override
  public void createTokenAtTimeBeforeFirstEvent() {
    setTestSubject(new AsOneAggregate(engine));
    super.createTokenAtTimeBeforeFirstEvent();
  }

  /** Axon's builds the upcaster with a mocking library; this one is written out. */
  @Test
  @Override
  public void storeAndLoadEventsWithUpcaster() {
    EventUpcaster twice = events -> events.flatMap(event -> Stream.of(event, event));
    engine =
        createEngine(builder -> {
          builder.upcasterChain(twice);
          return builder;
        });
    setTestSubject(engine);
    engine.appendEvents(createEvents(4));

    assertThat(engine.readEvents(AGGREGATE).asStream().map(DomainEventMessage::getSequenceNumber))
        .containsExactly(0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L);
  }

  /** Not of Axon: the same message again is a retry, and a retry succeeds. */
  @Test
  void the_same_message_again_is_stored_once() {
    DomainEventMessage<String> message = createEvent(0);

    engine.appendEvents(message);
    engine.appendEvents(message);

    assertThat(engine.readEvents(AGGREGATE).asStream().count()).isEqualTo(1);
  }

  /** Takes whatever is appended for the next events of one aggregate. */
  private record AsOneAggregate(EventStorageEngine engine) implements EventStorageEngine {
    @Override
    public void appendEvents(List<? extends EventMessage<?>> events) {
      List<EventMessage<?>> ofOne = new ArrayList<>();
      for (EventMessage<?> event : events) {
        ofOne.add(
            new GenericDomainEventMessage<>(
                "type",
                AGGREGATE,
                ofOne.size(),
                event.getPayload(),
                event.getMetaData(),
                event.getIdentifier(),
                event.getTimestamp()));
      }
      engine.appendEvents(ofOne);
    }

    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {
      engine.storeSnapshot(snapshot);
    }

    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(
        TrackingToken trackingToken, boolean mayBlock) {
      return engine.readEvents(trackingToken, mayBlock);
    }

    @Override
    public DomainEventStream readEvents(String aggregateIdentifier, long firstSequenceNumber) {
      return engine.readEvents(aggregateIdentifier, firstSequenceNumber);
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateIdentifier) {
      return engine.readSnapshot(aggregateIdentifier);
    }

    @Override
    public TrackingToken createTailToken() {
      return engine.createTailToken();
    }

    @Override
    public TrackingToken createHeadToken() {
      return engine.createHeadToken();
    }

    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
      return engine.createTokenAt(dateTime);
    }
  }
}
