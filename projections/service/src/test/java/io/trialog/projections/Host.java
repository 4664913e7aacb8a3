package io.trialog.projections;

import io.trialog.guardrails.GuardrailLedger;
import io.trialog.measurement.store.JdbcMetricsStore;
import io.trialog.snapshots.FakeEventLog;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** The projections of one process, over a log that outlives it. */
final class Host implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  final Projections projections;
  final JdbcMetricsStore store;
  final Stream stream;

  Host(FakeEventLog log, Path folder) {
    ProjectionsSettings settings = ProjectionsSettings.of(folder, "audit.example.com/test");
    DataSource database = ProjectionsSchema.migrated(database(folder));
    this.projections = Projections.open(log, database, settings, Clock.systemUTC());
    this.store = new JdbcMetricsStore(database, Clock.systemUTC());
    this.stream =
        new Stream(projections, store, new GuardrailLedger(database), settings, Clock.systemUTC());
  }

  static DataSource database(Path folder) {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:file:" + folder.resolve("projections"));
    return database;
  }

  /** Looks again and again until it holds. */
  static void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + " did not happen within " + LIMIT);
      }
      Thread.onSpinWait();
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void close() {
    stream.close();
    projections.close();
  }
}
