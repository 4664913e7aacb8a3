package io.trialog.eventstore.eventstoredb;

import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * EventStoreDB did not answer within the time given. After an append it is open whether the events
 * are stored; the same events appended again are stored once.
 */
public final class EventStoreUnavailable extends EventStoreException {
  private static final long serialVersionUID = 1L;

  EventStoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
