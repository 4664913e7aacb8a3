package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.BearerTokens;
import io.trialog.projections.Projections;
import io.trialog.query.catalogue.EnvironmentAnswers;
import io.trialog.query.catalogue.ExclusionSetAnswers;
import io.trialog.query.catalogue.FlagAnswers;
import io.trialog.query.catalogue.HoldoutAnswers;
import io.trialog.query.catalogue.MetricAnswers;
import io.trialog.query.catalogue.NamespaceAnswers;
import io.trialog.query.delivery.RecentSnapshots;
import io.trialog.query.ofrep.OfrepConfiguration;
import io.trialog.query.receipts.ReceiptAnswers;
import io.trialog.query.receipts.ReceiptIntake;
import io.trialog.receipts.Receipts;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * The query side as Spring wires it. Needs the beans of {@code ProjectionsConfiguration} and {@code
 * HttpConfiguration}; takes a {@link StreamLimits} when there is one, and asks every {@link
 * io.trialog.projections.PartSource} how it is doing.
 */
@Configuration(proxyBeanMethods = false)
@Import({
  ExperimentAnswers.class,
  RevisionAnswers.class,
  NamespaceAnswers.class,
  MetricAnswers.class,
  EnvironmentAnswers.class,
  ExclusionSetAnswers.class,
  HoldoutAnswers.class,
  FlagAnswers.class,
  ResultsAnswers.class,
  SnapshotAnswers.class,
  ArchiveAnswers.class,
  KeyAnswers.class,
  BatchAnswers.class,
  ReceiptAnswers.class,
  AccessAnswers.class,
  AuditAnswers.class,
  BundleAnswers.class,
  OfrepConfiguration.class,
  HealthAnswers.class
})
public class QueryConfiguration {
  @Bean
  Readers readers(Access access) {
    return new Readers(access);
  }

  @Bean
  ReviewAnswers reviewAnswers(Projections projections, Readers readers) {
    return new ReviewAnswers(projections, readers, Clock.systemUTC());
  }

  @Bean
  RecentSnapshots recentSnapshots() {
    return new RecentSnapshots();
  }

  @Bean
  ReceiptIntake receiptIntake(Projections projections, Receipts receipts, Access access) {
    return new ReceiptIntake(projections, receipts, access, Clock.systemUTC());
  }

  @Bean
  SnapshotStreams snapshotStreams(
      Projections projections,
      RecentSnapshots recent,
      BearerTokens tokens,
      ObjectProvider<StreamLimits> limits) {
    return new SnapshotStreams(
        projections.snapshots(), recent, tokens, limits.getIfAvailable(() -> StreamLimits.DEFAULT));
  }
}
