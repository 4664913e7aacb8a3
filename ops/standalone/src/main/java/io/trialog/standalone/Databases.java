package io.trialog.standalone;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;

/** Connections to databases; each pool is the caller's to close. */
final class Databases {
  private static final long PATIENCE_MILLIS = 5_000;
  private static final long ANSWER_MILLIS = 3_000;

  private Databases() {}

  /**
   * The event store. WRITE_DELAY=0: by default H2 answers a commit up to half a second before it is
   * on disk, and a kill -9 then takes acknowledged events with it. Its file swells while much is
   * written, because pages that were replaced are kept for 45 s; a clean end has two seconds to
   * give that back.
   */
  static HikariDataSource eventStore(Path folder) {
    return open("log", folder, ";WRITE_DELAY=0;LOCK_TIMEOUT=10000;MAX_COMPACT_TIME=2000", 8);
  }

  /**
   * The event store on a server. Fails after {@value #PATIENCE_MILLIS} ms without an answer; later,
   * an order waits {@value #ANSWER_MILLIS} ms for a connection. What the URL says wins over what is
   * set here.
   */
  static HikariDataSource postgresql(EventStoreChoice choice) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("log");
    config.setJdbcUrl(choice.url());
    if (!choice.credentials().user().isEmpty()) {
      config.setUsername(choice.credentials().user());
    }
    config.setPassword(choice.credentials().password());
    config.setMaximumPoolSize(16);
    config.setConnectionTimeout(ANSWER_MILLIS);
    config.setInitializationFailTimeout(PATIENCE_MILLIS);
    config.setConnectionInitSql("SET lock_timeout = '10s'");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "30");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("ApplicationName", "trialog");
    return new HikariDataSource(config);
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
