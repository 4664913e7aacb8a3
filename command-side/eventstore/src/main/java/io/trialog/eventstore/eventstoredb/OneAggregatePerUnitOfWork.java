package io.trialog.eventstore.eventstoredb;

import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * A unit of work wanted to store events of two aggregates. An append to two streams cannot be
 * atomic on EventStoreDB, so nothing of the second was stored; one order changes one aggregate, and
 * an automation takes the next step.
 */
public final class OneAggregatePerUnitOfWork extends EventStoreException {
  private static final long serialVersionUID = 1L;

  OneAggregatePerUnitOfWork(String first, String second) {
    super(
        "one unit of work stores events of one aggregate; expected %s, found %s"
            .formatted(first, second));
  }
}
