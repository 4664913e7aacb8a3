package io.trialog.command;

import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.CatalogueRoutes;
import io.trialog.command.catalogue.References;
import io.trialog.command.desired.DesiredStateRoutes;
import io.trialog.command.environment.EnvironmentRoutes;
import io.trialog.command.exclusion.ExclusionSetRoutes;
import io.trialog.command.exclusion.WhenExperimentEndsThenRelease;
import io.trialog.command.experiment.ExperimentChangeRoutes;
import io.trialog.command.experiment.WhenReviewIsOverdueThenAlarm;
import io.trialog.command.experiment.WhenStepIsDueThenRamp;
import io.trialog.command.flag.FlagRoutes;
import io.trialog.command.holdout.HoldoutRoutes;
import io.trialog.eventstore.EventStore;
import io.trialog.http.Caller;
import io.trialog.http.Denials;
import io.trialog.language.AccessCommand.RecordDenial;
import io.trialog.language.Keys;
import io.trialog.language.log.EventLog;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.config.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The command side as Spring wires it. Needs an {@link EventStore}, and a {@link LogSize} from
 * whoever keeps the audit log.
 */
@org.springframework.context.annotation.Configuration(proxyBeanMethods = false)
@Import({
  ExperimentRoutes.class,
  ExperimentChangeRoutes.class,
  CatalogueRoutes.class,
  EnvironmentRoutes.class,
  ExclusionSetRoutes.class,
  HoldoutRoutes.class,
  FlagRoutes.class,
  DesiredStateRoutes.class,
  AccessRoutes.class,
  ExportRoutes.class
})
public class CommandConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(CommandConfiguration.class);

  @Bean
  EventLog eventLog(EventStore store) {
    return store.log();
  }

  @Bean(initMethod = "start", destroyMethod = "shutdown")
  Configuration axon(EventStore store) {
    return Aggregates.configure(store, Clock.systemUTC());
  }

  @Bean
  CommandDesk commandDesk(Configuration axon, EventStore store) {
    CommandGateway gateway = axon.commandGateway();
    return new CommandDesk(gateway, store.log(), store.requests(), Clock.systemUTC());
  }

  @Bean
  Catalogue catalogue(EventLog log) {
    return new Catalogue(log);
  }

  @Bean
  References references(Catalogue catalogue) {
    return new References(catalogue);
  }

  @Bean
  Bootstrap bootstrap(CommandDesk desk, EventLog log) {
    return new Bootstrap(desk, log);
  }

  @Bean
  ConfigurationDrift configurationDrift(CommandDesk desk, EventLog log) {
    return new ConfigurationDrift(desk, log);
  }

  /** What to do with each verdict; whoever has the Kafka broker runs a {@link VerdictConsumer}. */
  @Bean
  Consumer<byte[]> whenGuardrailBreachedThenKill(CommandDesk desk) {
    return new WhenGuardrailBreachedThenKill(desk);
  }

  @Bean
  AutomationRunner automations(EventLog log, CommandDesk desk) {
    return new AutomationRunner(
        log,
        desk,
        Clock.systemUTC(),
        List.of(
            new WhenReviewIsOverdueThenAlarm(),
            new WhenStepIsDueThenRamp(),
            new WhenExperimentEndsThenRelease()));
  }

  @Bean
  Denials denials(ObjectProvider<CommandDesk> desk) {
    return (caller, operation, namespace) -> recordDenial(desk, caller, operation, namespace);
  }

  private static void recordDenial(
      ObjectProvider<CommandDesk> desk, Caller caller, String operation, String namespace) {
    String correlation = UUID.randomUUID().toString();
    try {
      RecordDenial command =
          new RecordDenial(Keys.text("actor", caller.actor().id()), operation, namespace);
      desk.getObject()
          .execute(
              command,
              new Order(
                  caller.actor(),
                  null,
                  correlation,
                  null,
                  null,
                  "",
                  null,
                  caller.credential(),
                  caller.authenticatedAt()));
    } catch (RuntimeException e) {
      LOG.error("denial not recorded actor={} {}", caller.actor().id(), operation, e);
    }
  }
}
