package io.trialog.standalone;

import com.zaxxer.hikari.HikariDataSource;
import io.trialog.command.CommandConfiguration;
import io.trialog.command.LogSize;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.JdbcEventStore;
import io.trialog.http.HttpConfiguration;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.projections.Projections;
import io.trialog.projections.ProjectionsConfiguration;
import io.trialog.projections.ProjectionsSettings;
import io.trialog.query.QueryConfiguration;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Both sides and the projections between them, on embedded databases. */
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
  EventStore eventStore(@Value("${trialog.data}") Path data) {
    HikariDataSource database = Databases.eventStore(data);
    return JdbcEventStore.open(database, Clock.systemUTC(), database::close);
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
  LogSize logSize(Projections projections) {
    return position -> projections.sizeAt(position, SEQUENCED);
  }
}
