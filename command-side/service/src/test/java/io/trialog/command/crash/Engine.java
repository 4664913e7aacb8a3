package io.trialog.command.crash;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.H2Databases;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.eventstore.PostgresServer;
import io.trialog.eventstore.eventstoredb.EventStoreDb;
import io.trialog.eventstore.eventstoredb.EventStoreDbSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** Where the log is; the test and its child open the same. */
enum Engine {
  H2,
  POSTGRESQL,
  EVENTSTOREDB;

  static final String H2_NAME = "log";

  EventStore open(String url) {
    return switch (this) {
      case H2 -> inDatabase(H2Databases.connect(url));
      case POSTGRESQL -> inDatabase(PostgresServer.connect(url));
      case EVENTSTOREDB -> EventStoreDb.open(EventStoreDbSettings.of(url), Clock.systemUTC());
    };
  }

  /**
   * For the test, which reads the log again and again between the lives of its children. H2 does
   * not always let go of its file as long as the process lives that had it open, so what is read is
   * a copy; the next child then recovers the file that the last one left.
   *
   * @param folder that has the database of H2
   */
  EventStore openToRead(String url, Path folder) throws IOException {
    if (this != H2) {
      return open(url);
    }
    Path copy = Files.createTempDirectory(folder, "copy");
    Files.copy(folder.resolve(H2_NAME + ".mv.db"), copy.resolve(H2_NAME + ".mv.db"));
    return open(H2Databases.in(copy, H2_NAME));
  }

  private static EventStore inDatabase(HikariDataSource database) {
    return JdbcEventStore.open(database, Clock.systemUTC(), database::close);
  }
}
