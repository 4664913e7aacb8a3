package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.WrongExpectedVersionException;
import io.trialog.eventstore.JsonSerializer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.axonframework.common.jdbc.PersistenceExceptionResolver;
import org.axonframework.eventhandling.AbstractEventEntry;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedDomainEventData;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.BatchingEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Axon's events on EventStoreDB: one stream for each aggregate, its revision the sequence.
 * Thread-safe; blocking, see {@link EventStoreDbSettings#deadline()}.
 *
 * <p>An append is atomic for one stream, so a unit of work may store events of one aggregate; for a
 * second it gets {@link OneAggregatePerUnitOfWork}. An append is final at once: a unit of work that
 * fails afterwards does not take it back. Appending a message again that is already stored where it
 * belongs does nothing.
 *
 * <p>An event message that no aggregate published becomes a stream of its own, as on JDBC.
 */
public final class EventStoreDbStorageEngine extends BatchingEventStorageEngine {
  private static final String WRITTEN = "io.trialog.eventstore.eventstoredb.written";
  private static final int SNAPSHOTS_KEPT = 10;

  private final Calls calls;
  private final Names names;
  private final WholeLog whole;
  private final Runnable appended;

  private EventStoreDbStorageEngine(Builder builder, Parts parts) {
    super(builder);
    this.calls = parts.calls();
    this.names = parts.names();
    this.whole = parts.whole();
    this.appended = parts.appended();
  }

  /** What the engine works with; {@code appended} runs after each append, in its thread. */
  record Parts(Calls calls, Names names, WholeLog whole, Runnable appended) {}

  static EventStoreDbStorageEngine create(Parts parts) {
    return new EventStoreDbStorageEngine(new Builder(), parts);
  }

  static EventStoreDbStorageEngine create(Builder builder, Parts parts) {
    return new EventStoreDbStorageEngine(builder, parts);
  }

  /** Axon's settings, with the house's serializer and this engine's conflicts. */
  static final class Builder extends BatchingEventStorageEngine.Builder {
    Builder() {
      JsonSerializer serializer = new JsonSerializer();
      eventSerializer(serializer);
      snapshotSerializer(serializer);
      persistenceExceptionResolver(conflicts());
    }
  }

  @Override
  protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
    if (events.isEmpty()) {
      return;
    }
    String aggregate = onlyAggregate(events);
    List<StoredForm> forms =
        events.stream().map(event -> StoredForm.of(event, serializer)).toList();
    try {
      append(names.stream(aggregate), forms);
    } catch (WrongExpectedVersionException | SequenceTaken e) {
      handlePersistenceException(e, events.getFirst());
    }
    appended.run();
  }

  private void append(String stream, List<StoredForm> forms) {
    long first = forms.getFirst().sequence();
    for (int i = 0; i < forms.size(); i++) {
      if (forms.get(i).sequence() != first + i) {
        throw new SequenceTaken(stream, first + i, forms.get(i).sequence());
      }
    }
    calls.append(stream, first, forms.stream().map(StoredForm::toEvent).toList());
  }

  private static String onlyAggregate(List<? extends EventMessage<?>> events) {
    String aggregate = aggregateOf(events.getFirst());
    events.forEach(event -> requireSame(aggregate, aggregateOf(event)));
    CurrentUnitOfWork.ifStarted(unit ->
        requireSame(unit.root().getOrComputeResource(WRITTEN, none -> aggregate), aggregate));
    return aggregate;
  }

  private static String aggregateOf(EventMessage<?> event) {
    return event instanceof DomainEventMessage<?> domain
        ? domain.getAggregateIdentifier()
        : event.getIdentifier();
  }

  private static void requireSame(String first, String second) {
    if (!first.equals(second)) {
      throw new OneAggregatePerUnitOfWork(first, second);
    }
  }

  /** Keeps the ten newest; an older one than those is not kept. */
  @Override
  protected void storeSnapshot(DomainEventMessage<?> snapshot, Serializer serializer) {
    String stream = names.snapshots(snapshot.getAggregateIdentifier());
    EventData event = StoredForm.of(snapshot, serializer).toEvent();
    try {
      if (calls.readStreamBackwards(stream, 1).isEmpty()) {
        calls.keepNewest(stream, SNAPSHOTS_KEPT);
      }
      calls.append(stream, List.of(event));
    } catch (EventStoreException e) {
      throw e;
    } catch (RuntimeException e) {
      handlePersistenceException(e, snapshot);
    }
  }

  @Override
  protected Stream<? extends DomainEventData<?>> readSnapshotData(String aggregateIdentifier) {
    return calls.readStreamBackwards(names.snapshots(aggregateIdentifier), SNAPSHOTS_KEPT).stream()
        .map(StoredForm::from)
        .sorted(Comparator.comparingLong(StoredForm::sequence).reversed())
        .map(form -> domain(aggregateIdentifier, form));
  }

  @Override
  protected List<? extends DomainEventData<?>> fetchDomainEvents(
      String aggregateIdentifier, long firstSequenceNumber, int batchSize) {
    return calls
        .readStream(names.stream(aggregateIdentifier), firstSequenceNumber, batchSize)
        .stream()
        .map(event -> domain(aggregateIdentifier, StoredForm.from(event)))
        .toList();
  }

  @Override
  protected List<? extends TrackedEventData<?>> fetchTrackedEvents(
      @Nullable TrackingToken lastToken, int batchSize) {
    return whole.after(position(lastToken), batchSize).stream().map(this::tracked).toList();
  }

  @Override
  public Optional<Long> lastSequenceNumberFor(String aggregateIdentifier) {
    return calls.readStreamBackwards(names.stream(aggregateIdentifier), 1).stream()
        .map(RecordedEvent::getRevision)
        .findFirst();
  }

  @Override
  public @Nullable TrackingToken createTailToken() {
    return null;
  }

  @Override
  public @Nullable TrackingToken createHeadToken() {
    return whole.before(Long.MAX_VALUE, 1).stream()
        .map(EventStoreDbStorageEngine::token)
        .findFirst()
        .orElse(null);
  }

  /** {@inheritDoc} EventStoreDB has no index of times: reads the log up to that event. */
  @Override
  public @Nullable TrackingToken createTokenAt(Instant dateTime) {
    TrackingToken before = null;
    List<RecordedEvent> page = whole.after(0, batchSize());
    while (!page.isEmpty()) {
      for (RecordedEvent event : page) {
        if (!Instant.parse(StoredForm.from(event).time()).isBefore(dateTime)) {
          return before;
        }
        before = token(event);
      }
      page = whole.after(position(before), batchSize());
    }
    return before;
  }

  private TrackedEventData<byte[]> tracked(RecordedEvent event) {
    StoredForm form = StoredForm.from(event);
    return form.aggregateType() == null
        ? new Unpublished(form, token(event))
        : new TrackedDomainEventData<>(token(event), domain(names.aggregate(event), form));
  }

  private static DomainEventData<byte[]> domain(String aggregate, StoredForm form) {
    return new GenericDomainEventEntry<>(
        form.aggregateType(),
        aggregate,
        form.sequence(),
        form.id(),
        form.time(),
        form.type(),
        form.version(),
        form.payload(),
        form.metadata());
  }

  private static GlobalSequenceTrackingToken token(RecordedEvent event) {
    return new GlobalSequenceTrackingToken(WholeLog.position(event));
  }

  private static long position(@Nullable TrackingToken token) {
    if (token == null) {
      return 0;
    }
    if (token instanceof GlobalSequenceTrackingToken position) {
      return position.getGlobalIndex();
    }
    throw new IllegalArgumentException(
        "expected a token of this engine (GlobalSequenceTrackingToken), found "
            + token.getClass().getName());
  }

  private static PersistenceExceptionResolver conflicts() {
    return exception -> {
      for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
        if (cause instanceof WrongExpectedVersionException || cause instanceof SequenceTaken) {
          return true;
        }
      }
      return false;
    };
  }

  /** Events that cannot all be stored, because two of them want one place. */
  private static final class SequenceTaken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SequenceTaken(String stream, long expected, long found) {
      super(
          "events for stream %s: expected sequence %d, found %d"
              .formatted(stream, expected, found));
    }
  }

  /** Of no aggregate, and therefore without the interface of those that are. */
  private static final class Unpublished extends AbstractEventEntry<byte[]>
      implements TrackedEventData<byte[]> {
    private final TrackingToken token;

    Unpublished(StoredForm form, TrackingToken token) {
      super(form.id(), form.time(), form.type(), form.version(), form.payload(), form.metadata());
      this.token = token;
    }

    @Override
    public TrackingToken trackingToken() {
      return token;
    }
  }
}
