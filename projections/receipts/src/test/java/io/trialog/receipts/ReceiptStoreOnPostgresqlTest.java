package io.trialog.receipts;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.eventstore.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;

class ReceiptStoreOnPostgresqlTest extends ReceiptStoreContract {
  private final List<HikariDataSource> pools = new ArrayList<>();
  private final String url = PostgresServer.newDatabase();

  @Override
  DataSource fresh() {
    HikariDataSource pool = PostgresServer.connect(url);
    pools.add(pool);
    return pool;
  }

  @Override
  DataSource reopened(DataSource database) {
    return fresh();
  }

  @AfterEach
  void close() {
    pools.forEach(HikariDataSource::close);
  }
}
