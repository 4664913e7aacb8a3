package io.trialog.eventstore;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class JdbcEventStoreOnH2Test extends JdbcEventStoreContract {
  @TempDir Path folder;

  private int databases;

  @Override
  HikariDataSource connect() {
    return H2Databases.connect(H2Databases.in(folder, "log" + databases++));
  }
}
