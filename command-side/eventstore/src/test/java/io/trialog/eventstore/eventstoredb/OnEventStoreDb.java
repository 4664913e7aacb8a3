package io.trialog.eventstore.eventstoredb;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.contract.StoreUnderTest;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/** The contract's view of EventStoreDB, wherever it runs. */
final class OnEventStoreDb implements StoreUnderTest {
  private final EventStoreDbSettings settings;
  private final Wire wire;
  private final Consumer<Cut> cutNextAppend;
  private final Runnable onClose;
  private EventStore store;
  private int cutsBefore;

  OnEventStoreDb(
      String uri, String prefix, Wire wire, Consumer<Cut> cutNextAppend, Runnable onClose) {
    this.wire = wire;
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
    cutsBefore = wire.cuts();
    cutNextAppend.accept(when);
  }

  @Override
  public boolean wasCut() {
    return wire.cuts() > cutsBefore;
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
