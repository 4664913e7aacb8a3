package io.trialog.command;

import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.language.log.EventLog;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.axonframework.config.Configuration;
import org.h2.jdbcx.JdbcConnectionPool;

/** The command side without its routes. */
record CommandSide(EventStore store, Configuration axon, CommandDesk desk)
    implements AutoCloseable {

  /** On H2 in a folder. */
  static CommandSide open(Path folder) {
    return open(folder, Clock.systemUTC());
  }

  static CommandSide open(Path folder, Clock clock) {
    JdbcConnectionPool database =
        JdbcConnectionPool.create("jdbc:h2:file:" + folder.resolve("log"), "", "");
    return on(JdbcEventStore.open(database, clock, database::dispose), clock);
  }

  /** On an event store, which is closed with it. */
  static CommandSide on(EventStore store) {
    return on(store, Clock.systemUTC());
  }

  static CommandSide on(EventStore store, Clock clock) {
    Configuration axon = Aggregates.configure(store, clock);
    axon.start();
    return new CommandSide(
        store, axon, new CommandDesk(axon.commandGateway(), store.log(), store.requests(), clock));
  }

  EventLog log() {
    return store.log();
  }

  List<String> axonComponents() {
    return axon.getModules().stream().map(module -> module.getClass().getName()).toList();
  }

  @Override
  public void close() {
    axon.shutdown();
    store.close();
  }
}
