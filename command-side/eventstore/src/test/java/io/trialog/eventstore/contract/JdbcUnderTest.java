package io.trialog.eventstore.contract;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import java.time.Clock;
import java.util.function.Supplier;

/** A database as the contract sees it. */
final class JdbcUnderTest implements StoreUnderTest {
  private final Supplier<HikariDataSource> connect;
  private CuttableDatabase database;
  private EventStore store;

  /** {@code connect} opens the same database at each call. */
  JdbcUnderTest(Supplier<HikariDataSource> connect) {
    this.connect = connect;
    openStore();
  }

  private void openStore() {
    HikariDataSource pool = connect.get();
    database = new CuttableDatabase(pool);
    store = JdbcEventStore.open(database.cuttable(), Clock.systemUTC(), pool::close);
  }

  @Override
  public EventStore store() {
    return store;
  }

  @Override
  public void reopen() {
    store.close();
    openStore();
  }

  @Override
  public void cutNextAppend(Cut when) {
    database.cutNextCommit(when);
  }

  @Override
  public boolean wasCut() {
    return database.wasCut();
  }

  @Override
  public boolean atomicOverAggregates() {
    return true;
  }

  @Override
  public void close() {
    store.close();
  }
}
