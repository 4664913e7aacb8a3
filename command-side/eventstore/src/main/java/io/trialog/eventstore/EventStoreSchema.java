package io.trialog.eventstore;

import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables of the event store up to date. */
public final class EventStoreSchema {
  private EventStoreSchema() {}

  /** Applies what is missing; safe to call at every start. */
  public static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/eventstore")
        .table("event_store_schema")
        .placeholders(Map.of("blob", "BLOB"))
        .load()
        .migrate();
  }
}
