package io.trialog.standalone;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;

/** The embedded databases. */
final class Databases {
  private Databases() {}

  /**
   * The event store. WRITE_DELAY=0: by default H2 answers a commit up to half a second before it is
   * on disk, and a kill -9 then takes acknowledged events with it.
   */
  static HikariDataSource eventStore(Path folder) {
    return open("log", folder, ";WRITE_DELAY=0;LOCK_TIMEOUT=10000", 8);
  }

  /** What the projections made; lost, it is made again, but for the signed audit log in it. */
  static HikariDataSource projections(Path folder) {
    return open("views", folder, ";WRITE_DELAY=0;LOCK_TIMEOUT=10000", 8);
  }

  private static HikariDataSource open(String name, Path folder, String settings, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(
        "jdbc:h2:file:" + folder.resolve(name) + settings + ";DB_CLOSE_ON_EXIT=FALSE");
    config.setUsername("trialog");
    config.setPassword("");
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(10_000);
    return new HikariDataSource(config);
  }
}
