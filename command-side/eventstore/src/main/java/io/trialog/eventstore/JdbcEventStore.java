package io.trialog.eventstore;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** Opens the event store in a database: H2 or PostgreSQL. */
public final class JdbcEventStore {
  private JdbcEventStore() {}

  /**
   * Brings the tables up to date and opens the store. The database stays the caller's to close;
   * {@code clock} decides how long promises hold.
   */
  public static EventStore open(DataSource database, Clock clock) {
    return open(database, clock, () -> {});
  }

  /** As {@link #open(DataSource, Clock)}; {@code onClose} runs when the store is closed. */
  public static EventStore open(DataSource database, Clock clock, Runnable onClose) {
    EventStoreSchema.migrate(database);
    JdbcEventLog log = new JdbcEventLog(database);
    SpringTransactions transactions =
        new SpringTransactions(new DataSourceTransactionManager(database));
    OrderedJdbcEventStorageEngine engine =
        OrderedJdbcEventStorageEngine.create(
            new TransactionAwareDataSourceProxy(database)::getConnection,
            transactions,
            log::committed);
    return new EventStore(
        identity(database),
        engine,
        transactions,
        log,
        new JdbcIdempotentRequests(database, clock),
        onClose);
  }

  private static String identity(DataSource database) {
    JdbcTemplate jdbc = new JdbcTemplate(database);
    String name = name(jdbc);
    return product(database) + ":" + name;
  }

  private static String name(JdbcTemplate jdbc) {
    List<String> known = names(jdbc);
    if (!known.isEmpty()) {
      return known.getFirst();
    }
    try {
      jdbc.update("INSERT INTO log_identity (one, id) VALUES (1, ?)", UUID.randomUUID().toString());
    } catch (DuplicateKeyException e) {
      // Another process named it at the same moment; that name stands.
    }
    return names(jdbc).getFirst();
  }

  private static List<String> names(JdbcTemplate jdbc) {
    return jdbc.query("SELECT id FROM log_identity", (row, number) -> row.getString(1));
  }

  /** The name of the database's product, in small letters. */
  static String product(DataSource database) {
    try (Connection connection = database.getConnection()) {
      return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    } catch (SQLException e) {
      throw new IllegalStateException("the database does not say what it is", e);
    }
  }
}
