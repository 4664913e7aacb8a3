package io.trialog.eventstore.eventstoredb;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.contract.StoreUnderTest;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/** The contract's view of EventStoreDB, wherever it runs. */
final class OnEventStoreDb implements StoreUnderTest {
  private final EventStoreDbSettings settings;
  private final Consumer<Cut> cutNextAppend;
  private final Runnable onClose;
  private EventStore store;

  OnEventStoreDb(String uri, String prefix, Consumer<Cut> cutNextAppend, Runnable onClose) {
    this.settings = new EventStoreDbSettings(uri, prefix, Duration.ofSeconds(10));
    this.cutNextAppend = cutNextAppend;
    this.onClose = onClose;
    this.store = EventStoreDb.open(settings, Clock.systemUTC());
  }

  @Override
  public EventStore store() {
    return store;
  }

  @Override
  public void reopen() {
    store.close();
    store = EventStoreDb.open(settings, Clock.systemUTC());
  }

  @Override
  public void cutNextAppend(Cut when) {
    cutNextAppend.accept(when);
  }

  @Override
  public boolean atomicOverAggregates() {
    return false;
  }

  @Override
  public void close() {
    store.close();
    onClose.run();
  }
}
