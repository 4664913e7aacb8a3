package io.trialog.eventstore.contract;

import io.trialog.eventstore.PostgresServer;

/** The contract on a real PostgreSQL. */
class PostgresqlContractTest extends EventStoreContract {
  @Override
  protected StoreUnderTest open() {
    String url = PostgresServer.newDatabase();
    return new JdbcUnderTest(() -> PostgresServer.connect(url));
  }
}
