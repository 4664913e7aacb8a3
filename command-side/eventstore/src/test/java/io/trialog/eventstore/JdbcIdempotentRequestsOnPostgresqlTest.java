package io.trialog.eventstore;

import com.zaxxer.hikari.HikariDataSource;

class JdbcIdempotentRequestsOnPostgresqlTest extends IdempotentRequestsContract {
  private final String url = PostgresServer.newDatabase();

  @Override
  EventStore openAgain() {
    HikariDataSource database = PostgresServer.connect(url);
    return JdbcEventStore.open(database, clock, database::close);
  }
}
