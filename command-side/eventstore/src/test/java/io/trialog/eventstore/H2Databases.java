package io.trialog.eventstore;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;

/** The embedded database, with the settings of production. */
public final class H2Databases {
  private H2Databases() {}

  /** The URL of a database in the folder. */
  public static String in(Path folder, String name) {
    return "jdbc:h2:file:" + folder.resolve(name) + ";WRITE_DELAY=0;LOCK_TIMEOUT=10000";
  }

  /** Connections to the database at the URL, at most 20; to be closed by the caller. */
  public static HikariDataSource connect(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(20);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }
}
