package io.trialog.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.axonframework.common.jdbc.ConnectionProvider;
import org.axonframework.common.jdbc.PersistenceExceptionResolver;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.Serializer;

/**
 * Axon's JDBC engine, with appends in the order of their commits.
 *
 * <p>Each append first locks one row and holds it until its transaction ends. So positions are
 * visible in order: once position p can be read, nothing below p appears later, and a fold of the
 * log up to p is the same on every reader. The price is that appends take turns; one turn is one
 * commit. After the commit it calls {@code committed}, in the committing thread.
 */
public final class OrderedJdbcEventStorageEngine extends JdbcEventStorageEngine {
  private static final String TAKE_TURN = "SELECT id FROM log_order WHERE id = 1 FOR UPDATE";

  private final Runnable committed;

  private OrderedJdbcEventStorageEngine(Builder builder, Runnable committed) {
    super(builder);
    this.committed = committed;
  }

  /**
   * The engine on the given connections; {@code connections} must answer with the connection of the
   * running transaction, in a form that survives being closed (Spring's
   * TransactionAwareDataSourceProxy).
   */
  public static OrderedJdbcEventStorageEngine create(
      ConnectionProvider connections, TransactionManager transactions, Runnable committed) {
    Serializer serializer = new JsonSerializer();
    return new OrderedJdbcEventStorageEngine(
        JdbcEventStorageEngine.builder()
            .connectionProvider(connections)
            .transactionManager(transactions)
            .eventSerializer(serializer)
            .snapshotSerializer(serializer)
            .persistenceExceptionResolver(integrityViolations()),
        committed);
  }

  @Override
  protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
    if (events.isEmpty()) {
      return;
    }
    takeTurn();
    super.appendEvents(events, serializer);
    CurrentUnitOfWork.ifStarted(unit -> unit.root().afterCommit(ended -> committed.run()));
  }

  private void takeTurn() {
    try (Connection connection = getConnection();
        PreparedStatement statement = connection.prepareStatement(TAKE_TURN)) {
      statement.executeQuery();
    } catch (SQLException e) {
      throw new EventStoreException("Could not take a turn to append to the log", e);
    }
  }

  /**
   * Axon's own resolver looks for one exception class and misses batches; SQL state 23 is the
   * standard's class for integrity violations on every database.
   */
  private static PersistenceExceptionResolver integrityViolations() {
    return exception -> {
      for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException first && anyInClass23(first)) {
          return true;
        }
      }
      return false;
    };
  }

  private static boolean anyInClass23(SQLException first) {
    for (SQLException e = first; e != null; e = e.getNextException()) {
      if (e.getSQLState() != null && e.getSQLState().startsWith("23")) {
        return true;
      }
    }
    return false;
  }
}
