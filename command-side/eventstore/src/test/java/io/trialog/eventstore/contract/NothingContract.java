package io.trialog.eventstore.contract;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;

/** The contract on a store that does nothing; run by {@link ContractTest}, never by itself. */
class NothingContract extends EventStoreContract {
  @Override
  protected StoreUnderTest open() {
    return new Nothing();
  }

  private static final class Nothing implements StoreUnderTest {
    private final EventStore store =
        new EventStore(
            "nothing",
            new NoEngine(),
            NoTransactionManager.INSTANCE,
            new NoLog(),
            new NoRequests(),
            () -> {});

    @Override
    public EventStore store() {
      return store;
    }

    @Override
    public void reopen() {}

    @Override
    public void cutNextAppend(Cut when) {}

    @Override
    public boolean wasCut() {
      return true;
    }

    @Override
    public boolean atomicOverAggregates() {
      return true;
    }

    @Override
    public void close() {}
  }

  private static final class NoEngine implements EventStorageEngine {
    @Override
    public void appendEvents(List<? extends EventMessage<?>> events) {}

    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {}

    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(
        TrackingToken trackingToken, boolean mayBlock) {
      return Stream.empty();
    }

    @Override
    public DomainEventStream readEvents(String aggregateIdentifier, long firstSequenceNumber) {
      return DomainEventStream.empty();
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateIdentifier) {
      return Optional.empty();
    }

    @Override
    public TrackingToken createHeadToken() {
      return null;
    }

    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
      return null;
    }
  }

  private static final class NoLog implements EventLog {
    @Override
    public List<StoredEvent> read(long after, int limit) {
      return List.of();
    }

    @Override
    public List<StoredEvent> before(long position, int limit) {
      return List.of();
    }

    @Override
    public List<StoredEvent> stream(String stream) {
      return List.of();
    }

    @Override
    public long head() {
      return 0;
    }

    @Override
    public void await(long after, Duration atMost) {}
  }

  private static final class NoRequests implements IdempotentRequests {
    @Override
    public Optional<Answer> find(String actor, String key, String stream) {
      return Optional.empty();
    }

    @Override
    public void record(String actor, String key, Answer answer) {}
  }
}
