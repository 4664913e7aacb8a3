package io.trialog.projections;

import io.trialog.audit.log.AuditLogSchema;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables of all projections up to date, each with a history of its own. */
final class ProjectionsSchema {
  private ProjectionsSchema() {}

  /** Applies what is missing; safe to call at every start. */
  static DataSource migrated(DataSource database) {
    AuditLogSchema.migrate(database);
    migrate(database, "metrics");
    migrate(database, "guardrails");
    migrate(database, "receipts");
    return database;
  }

  /** The tables of the others are there already, hence the baseline. */
  private static void migrate(DataSource database, String room) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/" + room)
        .table(room + "_schema")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
