package io.trialog.standalone;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.command.CommandConfiguration;
import io.trialog.command.LogSize;
import io.trialog.command.control.TrustedKeys;
import io.trialog.eventstore.EventStore;
import io.trialog.http.HttpConfiguration;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.projections.Projections;
import io.trialog.projections.ProjectionsConfiguration;
import io.trialog.projections.ProjectionsSettings;
import io.trialog.query.QueryConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Both sides and the projections between them, on the chosen event store. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({
  HttpConfiguration.class,
  CommandConfiguration.class,
  ProjectionsConfiguration.class,
  QueryConfiguration.class
})
class StandaloneConfiguration {
  /** Who signs the audit log; part of every checkpoint, so it can never change. */
  private static final String ORIGIN = "trialog.standalone/log";

  private static final Duration SEQUENCED = Duration.ofSeconds(10);

  @Bean
  EventStore eventStore(EventStoreChoice choice, @Value("${trialog.data}") Path data) {
    return EventStores.open(choice, data);
  }

  @Bean(ProjectionsConfiguration.DATABASE)
  HikariDataSource projectionsDatabase(@Value("${trialog.data}") Path data) {
    return Databases.projections(data);
  }

  @Bean
  ProjectionsSettings projectionsSettings(@Value("${trialog.data}") Path data) {
    return ProjectionsSettings.of(data, ORIGIN)
        .withTransactionTimeout(EmbeddedKafka.TRANSACTION_TIMEOUT);
  }

  @Bean
  TrustedKeys trustedKeys(ObjectProvider<Projections> projections) {
    return environment -> projections.getObject().guardrailKeys().known(environment);
  }

  @Bean
  LogSize logSize(Projections projections) {
    return position -> projections.sizeAt(position, SEQUENCED);
  }
}
