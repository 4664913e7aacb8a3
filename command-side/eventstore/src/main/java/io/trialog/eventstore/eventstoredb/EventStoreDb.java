package io.trialog.eventstore.eventstoredb;

import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.EventDataBuilder;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.WrongExpectedVersionException;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.LogIdempotentRequests;
import io.trialog.language.log.LogUnavailable;
import io.trialog.language.wire.EventCodec;
import io.trialog.language.wire.JsonCodec;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** Opens the event store in EventStoreDB. */
public final class EventStoreDb {
  private EventStoreDb() {}

  /**
   * Connects, gives the log a name at the first time, and reads the promises of idempotency keys;
   * {@code clock} decides how long those hold. Throws {@link LogUnavailable} when the server does
   * not answer. The user of the URI must be allowed to read {@code $all}. Closing the store closes
   * the connection.
   */
  public static EventStore open(EventStoreDbSettings settings, Clock clock) {
    Calls calls = new Calls(settings);
    try {
      return open(calls, new Names(settings.prefix()), clock);
    } catch (RuntimeException e) {
      calls.close();
      throw e;
    }
  }

  private static EventStore open(Calls calls, Names names, Clock clock) {
    String identity = "eventstoredb:" + nameOfTheLog(calls, names);
    WholeLog whole = new WholeLog(calls, names);
    EventStoreDbEventLog log = new EventStoreDbEventLog(calls, names, whole);
    EventStoreDbStorageEngine engine =
        EventStoreDbStorageEngine.create(
            new EventStoreDbStorageEngine.Parts(calls, names, whole, log::committed));
    return new EventStore(
        identity,
        engine,
        NoTransactionManager.INSTANCE,
        log,
        LogIdempotentRequests.open(log, clock),
        calls::close);
  }

  private static String nameOfTheLog(Calls calls, Names names) {
    List<RecordedEvent> known = calls.readStream(names.identity(), 0, 1);
    if (known.isEmpty()) {
      name(calls, names);
      known = calls.readStream(names.identity(), 0, 1);
    }
    String name =
        known.isEmpty()
            ? null
            : EventCodec.decodeMetadata(known.getFirst().getEventData()).get("log");
    if (name == null) {
      throw new EventStoreException(
          "stream %s: expected an event with the log's name, found none"
              .formatted(names.identity()));
    }
    return name;
  }

  private static void name(Calls calls, Names names) {
    byte[] name = JsonCodec.encode(Map.of("log", UUID.randomUUID().toString()));
    EventData event = EventDataBuilder.json(UUID.randomUUID(), "LogNamed", name).build();
    try {
      calls.append(names.identity(), 0, List.of(event));
    } catch (WrongExpectedVersionException e) {
      // Another process named it at the same moment; that name stands.
    }
  }
}
