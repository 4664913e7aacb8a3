package io.trialog.command.crash;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.H2Databases;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.eventstore.PostgresServer;
import io.trialog.eventstore.eventstoredb.EventStoreDb;
import io.trialog.eventstore.eventstoredb.EventStoreDbSettings;
import java.time.Clock;
import org.h2.jdbcx.JdbcConnectionPool;

/** Where the log is; the test and its child open the same. */
enum Engine {
  H2,
  POSTGRESQL,
  EVENTSTOREDB;

  EventStore open(String url) {
    return switch (this) {
      case H2 -> inDatabase(H2Databases.connect(url));
      case POSTGRESQL -> inDatabase(PostgresServer.connect(url));
      case EVENTSTOREDB -> EventStoreDb.open(EventStoreDbSettings.of(url), Clock.systemUTC());
    };
  }

  /**
   * For the test, which opens and closes the log again and again. A pool that is closed while it
   * fills up interrupts the thread that does so, and H2 may then never let go of its file; this one
   * has no threads.
   */
  EventStore openToRead(String url) {
    if (this != H2) {
      return open(url);
    }
    JdbcConnectionPool database = JdbcConnectionPool.create(url, "", "");
    return JdbcEventStore.open(database, Clock.systemUTC(), database::dispose);
  }

  private static EventStore inDatabase(HikariDataSource database) {
    return JdbcEventStore.open(database, Clock.systemUTC(), database::close);
  }
}
