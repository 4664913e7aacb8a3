package io.trialog.command;

import io.trialog.command.catalogue.Metric;
import io.trialog.command.catalogue.Namespace;
import io.trialog.command.environment.Environment;
import io.trialog.command.exclusion.ExclusionSet;
import io.trialog.command.experiment.Experiment;
import io.trialog.command.experiment.Governance;
import io.trialog.command.experiment.LoggedPolicies;
import io.trialog.command.flag.Flag;
import io.trialog.command.holdout.Holdout;
import io.trialog.eventstore.EventStore;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.eventstore.JsonSerializer;
import io.trialog.http.AccessRegister;
import io.trialog.language.TrialogCommand;
import java.time.Clock;
import java.util.List;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.correlation.SimpleCorrelationDataProvider;
import org.axonframework.messaging.interceptors.CorrelationDataInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.modelling.command.VersionedAggregateIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Axon, configured by hand: the aggregates on an event store, without locating modules on the class
 * path, so that nothing unasked (such as its update check) comes along.
 */
final class Aggregates {
  private static final String[] COPIED_TO_EVENTS = {
    "actor_kind",
    "actor_id",
    "actor_auth",
    "actor_on_behalf_of",
    "reason",
    "correlation_id",
    "causation_id",
    "idempotency_key",
    IdempotentRequests.REQUEST_DIGEST,
    "environment",
    CommandDesk.CREDENTIAL
  };

  private Aggregates() {}

  /** Not yet started. */
  static Configuration configure(EventStore store, Clock clock) {
    AccessRegister register = new AccessRegister(store.log());
    Standing standing = new LoggedStanding(register, clock);
    Configurer configurer =
        DefaultConfigurer.defaultConfiguration(false)
            .configureSerializer(configuration -> new JsonSerializer())
            .configureMessageSerializer(configuration -> new JsonSerializer())
            .configureEventSerializer(configuration -> new JsonSerializer())
            .configureTransactionManager(configuration -> store.transactions())
            .configureCorrelationDataProviders(
                configuration -> List.of(new SimpleCorrelationDataProvider(COPIED_TO_EVENTS)))
            .configureCommandBus(configuration -> bus(configuration, store))
            .configureEmbeddedEventStore(configuration -> store.engine())
            .registerComponent(Clock.class, configuration -> clock)
            .registerComponent(AccessRegister.class, configuration -> register)
            .registerComponent(Standing.class, configuration -> standing)
            .registerComponent(
                Governance.class,
                configuration -> new Governance(new LoggedPolicies(store.log()), standing, clock));
    for (Class<?> aggregate :
        List.of(
            Namespace.class,
            Environment.class,
            Metric.class,
            ExclusionSet.class,
            Holdout.class,
            Flag.class,
            Experiment.class,
            Token.class,
            Membership.class,
            PlatformConfiguration.class,
            DeniedAccesses.class,
            Export.class)) {
      configurer.configureAggregate(byStream(aggregate));
    }
    return configurer.buildConfiguration();
  }

  private static <A> AggregateConfigurer<A> byStream(Class<A> type) {
    return AggregateConfigurer.defaultConfiguration(type)
        .configureCommandTargetResolver(configuration ->
            command ->
                new VersionedAggregateIdentifier(
                    (Object) ((TrialogCommand) command.getPayload()).stream(), null));
  }

  private static CommandBus bus(Configuration configuration, EventStore store) {
    SimpleCommandBus bus =
        SimpleCommandBus.builder().transactionManager(store.transactions()).build();
    bus.registerHandlerInterceptor(
        new CorrelationDataInterceptor<>(configuration.correlationDataProviders()));
    bus.registerHandlerInterceptor((unit, chain) -> promise(unit, chain, store.requests()));
    return bus;
  }

  /** Writes down, together with the events, what the idempotency key was answered with. */
  private static @Nullable Object promise(
      UnitOfWork<? extends CommandMessage<?>> unit,
      InterceptorChain chain,
      IdempotentRequests requests)
      throws Exception {
    Object revision = chain.proceed();
    CommandMessage<?> command = unit.getMessage();
    MetaData metadata = command.getMetaData();
    if (revision instanceof Long sequence
        && metadata.get("idempotency_key") instanceof String key
        && metadata.get("actor_id") instanceof String actor
        && metadata.get(IdempotentRequests.REQUEST_DIGEST) instanceof String digest
        && command.getPayload() instanceof TrialogCommand order) {
      requests.record(actor, key, new IdempotentRequests.Answer(digest, order.stream(), sequence));
    }
    return revision;
  }
}
