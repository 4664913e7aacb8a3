package io.trialog.eventstore;

import com.zaxxer.hikari.HikariDataSource;

class JdbcEventStoreOnPostgresqlTest extends JdbcEventStoreContract {
  @Override
  HikariDataSource connect() {
    return PostgresServer.connect(PostgresServer.newDatabase());
  }
}
