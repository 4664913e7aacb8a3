package io.trialog.projections;

import io.trialog.guardrails.GuardrailLedger;
import io.trialog.language.log.EventLog;
import io.trialog.measurement.store.JdbcMetricsStore;
import io.trialog.measurement.store.MetricsStore;
import io.trialog.receipts.ReceiptStore;
import io.trialog.receipts.Receipts;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The projections as Spring wires them. Needs the {@link EventLog}, {@link ProjectionsSettings},
 * and a {@link DataSource} called {@code projections}, whose tables it makes. Whoever has Kafka
 * calls {@link Stream#start}; {@link PublisherSettings} may say where snapshots go beside. Spring
 * closes the stream before the projections, and both before the log.
 */
@Configuration(proxyBeanMethods = false)
public class ProjectionsConfiguration {
  /** Name of the data source. */
  public static final String DATABASE = "projections";

  /** Tables first: whoever takes this bean finds them. */
  record Migrated(DataSource database) {}

  @Bean
  Migrated projectionsSchema(@Qualifier(DATABASE) DataSource database) {
    return new Migrated(ProjectionsSchema.migrated(database));
  }

  @Bean(destroyMethod = "close")
  Projections logProjections(EventLog log, Migrated schema, ProjectionsSettings settings) {
    return Projections.open(log, schema.database(), settings, Clock.systemUTC());
  }

  @Bean
  MetricsStore metricsStore(Migrated schema) {
    return new JdbcMetricsStore(schema.database(), Clock.systemUTC());
  }

  @Bean
  GuardrailLedger guardrailLedger(Migrated schema) {
    return new GuardrailLedger(schema.database());
  }

  @Bean(destroyMethod = "close")
  Publishers publishers(Projections projections, ObjectProvider<PublisherSettings> settings) {
    return Publishers.start(
        projections, settings.getIfAvailable(() -> PublisherSettings.NONE), Clock.systemUTC());
  }

  @Bean(destroyMethod = "close")
  Receipts receipts(Projections projections, Migrated schema) {
    return Receipts.start(
        projections.kills(), new ReceiptStore(schema.database()), Clock.systemUTC());
  }

  @Bean
  ReceiptStatus receiptStatus(Receipts receipts) {
    return new ReceiptStatus(receipts);
  }

  @Bean(destroyMethod = "close")
  Stream stream(
      Projections projections,
      MetricsStore store,
      GuardrailLedger ledger,
      ProjectionsSettings settings) {
    return new Stream(projections, store, ledger, settings, Clock.systemUTC());
  }
}
