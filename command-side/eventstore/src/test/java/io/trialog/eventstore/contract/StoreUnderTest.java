package io.trialog.eventstore.contract;

import io.trialog.eventstore.EventStore;

/** An empty log on one engine, for one test; nothing of it is seen by the next. */
public interface StoreUnderTest extends AutoCloseable {
  /** When a connection is cut, seen from an append under way. */
  enum Cut {
    BEFORE_IT_TOOK_EFFECT,
    AFTER_IT_TOOK_EFFECT
  }

  /** The store, open; the same until {@link #reopen()}. */
  EventStore store();

  /** Closes the store and opens what it left: the same log, with nothing kept in memory. */
  void reopen();

  /** Cuts the connection of the next append, once. */
  void cutNextAppend(Cut when);

  /** Whether the cut that was asked for last has happened. */
  boolean wasCut();

  /** Whether a unit of work may store events of two aggregates, and then both or none. */
  boolean atomicOverAggregates();

  @Override
  void close();
}
