package io.trialog.eventstore;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables of the event store up to date, on H2 and on PostgreSQL. */
final class EventStoreSchema {
  private static final Map<String, String> BLOB = Map.of("h2", "BLOB", "postgresql", "BYTEA");

  private EventStoreSchema() {}

  /**
   * Applies what is missing; safe to call at every start, and by several processes at once. Throws
   * {@link IllegalArgumentException} for another database.
   */
  static void migrate(DataSource database) {
    String product = JdbcEventStore.product(database);
    String blob = BLOB.get(product);
    if (blob == null) {
      throw new IllegalArgumentException(
          "the event store can be kept in h2 or postgresql, not in " + product);
    }
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/eventstore")
        .table("event_store_schema")
        .placeholders(Map.of("blob", blob))
        .load()
        .migrate();
  }
}
