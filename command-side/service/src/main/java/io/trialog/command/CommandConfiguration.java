package io.trialog.command;

import io.trialog.eventstore.EventStoreSchema;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.eventstore.JdbcEventLog;
import io.trialog.eventstore.OrderedJdbcEventStorageEngine;
import io.trialog.eventstore.SpringTransactions;
import io.trialog.http.Caller;
import io.trialog.http.Denials;
import io.trialog.language.AccessCommand.RecordDenial;
import io.trialog.language.Keys;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.config.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * The command side as Spring wires it. Needs a {@link DataSource} of the event store, and an {@link
 * LogSize} from whoever keeps the audit log.
 */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
@Import({ExperimentRoutes.class, CatalogueRoutes.class, AccessRoutes.class, ExportRoutes.class})
public class CommandConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(CommandConfiguration.class);

  @Bean
  JdbcEventLog eventLog(DataSource database) {
    EventStoreSchema.migrate(database);
    return new JdbcEventLog(database);
  }

  @Bean
  IdempotentRequests idempotentRequests(DataSource database, JdbcEventLog migrated) {
    return new IdempotentRequests(database, Clock.systemUTC());
  }

  @Bean(initMethod = "start", destroyMethod = "shutdown")
  Configuration axon(DataSource database, JdbcEventLog log, IdempotentRequests requests) {
    SpringTransactions transactions =
        new SpringTransactions(new DataSourceTransactionManager(database));
    return Aggregates.configure(
        OrderedJdbcEventStorageEngine.create(
            new TransactionAwareDataSourceProxy(database)::getConnection,
            transactions,
            log::committed),
        transactions,
        requests,
        log,
        Clock.systemUTC());
  }

  @Bean
  CommandDesk commandDesk(Configuration axon, JdbcEventLog log, IdempotentRequests requests) {
    CommandGateway gateway = axon.commandGateway();
    return new CommandDesk(gateway, log, requests);
  }

  @Bean
  Bootstrap bootstrap(CommandDesk desk, JdbcEventLog log) {
    return new Bootstrap(desk, log);
  }

  @Bean
  ConfigurationDrift configurationDrift(CommandDesk desk, JdbcEventLog log) {
    return new ConfigurationDrift(desk, log);
  }

  /** What to do with each verdict; whoever has the Kafka broker runs a {@link VerdictConsumer}. */
  @Bean
  Consumer<byte[]> whenGuardrailBreachedThenKill(CommandDesk desk) {
    return new WhenGuardrailBreachedThenKill(desk);
  }

  @Bean
  Denials denials(ObjectProvider<CommandDesk> desk) {
    return (caller, operation, namespace) -> recordDenial(desk, caller, operation, namespace);
  }

  private static void recordDenial(
      ObjectProvider<CommandDesk> desk, Caller caller, String operation, String namespace) {
    String correlation = UUID.randomUUID().toString();
    try {
      RecordDenial command =
          new RecordDenial(Keys.text("actor", caller.actor().id()), operation, namespace);
      desk.getObject()
          .execute(
              command,
              new Order(
                  caller.actor(),
                  null,
                  correlation,
                  null,
                  null,
                  "",
                  null,
                  caller.credential(),
                  caller.authenticatedAt()));
    } catch (RuntimeException e) {
      LOG.error("denial not recorded actor={} {}", caller.actor().id(), operation, e);
    }
  }
}
