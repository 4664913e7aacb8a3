package io.trialog.audit.log;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings the tables of the audit log up to date. */
public final class AuditLogSchema {

  private AuditLogSchema() {}

  /** Applies what is missing; safe to call at every start, also beside other tables. */
  public static void migrate(DataSource database) {
    Flyway.configure()
        .dataSource(database)
        .locations("classpath:db/audit")
        .table("audit_log_schema")
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }
}
