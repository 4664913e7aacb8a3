package io.trialog.command;

import io.trialog.eventstore.EventStoreSchema;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.eventstore.JdbcEventLog;
import io.trialog.eventstore.OrderedJdbcEventStorageEngine;
import io.trialog.eventstore.SpringTransactions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.axonframework.config.Configuration;
import org.h2.jdbcx.JdbcConnectionPool;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** The command side without its routes, on H2 in a folder. */
record CommandSide(
    JdbcConnectionPool database, Configuration axon, JdbcEventLog log, CommandDesk desk)
    implements AutoCloseable {

  static CommandSide open(Path folder) {
    JdbcConnectionPool database =
        JdbcConnectionPool.create("jdbc:h2:file:" + folder.resolve("log"), "", "");
    EventStoreSchema.migrate(database);
    JdbcEventLog log = new JdbcEventLog(database);
    IdempotentRequests requests = new IdempotentRequests(database, Clock.systemUTC());
    SpringTransactions transactions =
        new SpringTransactions(new DataSourceTransactionManager(database));
    Configuration axon =
        Aggregates.configure(
            OrderedJdbcEventStorageEngine.create(
                new TransactionAwareDataSourceProxy(database)::getConnection,
                transactions,
                log::committed),
            transactions,
            requests,
            log,
            Clock.systemUTC());
    axon.start();
    return new CommandSide(
        database, axon, log, new CommandDesk(axon.commandGateway(), log, requests));
  }

  List<String> axonComponents() {
    return axon.getModules().stream().map(module -> module.getClass().getName()).toList();
  }

  @Override
  public void close() {
    axon.shutdown();
    database.dispose();
  }
}
