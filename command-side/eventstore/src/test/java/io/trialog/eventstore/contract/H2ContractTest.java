package io.trialog.eventstore.contract;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import java.nio.file.Path;
import java.time.Clock;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.io.TempDir;

/** The contract on H2 in a file, as the standalone platform has it. */
class H2ContractTest extends EventStoreContract {
  @TempDir Path folder;

  @Override
  protected StoreUnderTest open() {
    return new OnH2(folder.resolve("log"));
  }

  private static final class OnH2 implements StoreUnderTest {
    private final Path file;
    private JdbcConnectionPool pool;
    private CuttableDatabase database;
    private EventStore store;

    OnH2(Path file) {
      this.file = file;
      connect();
    }

    private void connect() {
      pool = JdbcConnectionPool.create("jdbc:h2:file:" + file + ";WRITE_DELAY=0", "", "");
      pool.setMaxConnections(20);
      database = new CuttableDatabase(pool);
      store = JdbcEventStore.open(database.cuttable(), Clock.systemUTC(), pool::dispose);
    }

    @Override
    public EventStore store() {
      return store;
    }

    @Override
    public void reopen() {
      store.close();
      connect();
    }

    @Override
    public void cutNextAppend(Cut when) {
      database.cutNextCommit(when);
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
}
