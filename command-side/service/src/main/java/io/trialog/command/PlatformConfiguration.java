package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.language.AccessCommand.ApprovePlatformPolicy;
import io.trialog.language.AccessCommand.ChangePlatformPolicy;
import io.trialog.language.AccessCommand.RecordConfiguration;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.AccessEvent.PlatformPolicyChanged;
import io.trialog.language.AccessEvent.PlatformPolicyProposed;
import io.trialog.language.AccessRefusal;
import io.trialog.language.PlatformPolicy;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import java.util.Collections;
import java.util.SortedMap;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/**
 * How the platform is set: its policy (stream {@code configuration/platform}), or the settings that
 * a node runs with (a stream for each node).
 */
class PlatformConfiguration extends Revisioned {
  private static final String POLICY = "the platform's policy";

  private PlatformPolicy policy = PlatformPolicy.FIRST;
  private @Nullable PlatformPolicy proposed;
  private String proposer = "";
  private SortedMap<String, String> settings = Collections.emptySortedMap();

  /** To ask for more is one administrator's act; to ask for less takes two. */
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(ChangePlatformPolicy order) {
    if (order.policy().equals(policy)) {
      throw new Refused(new AccessRefusal.NothingChanges(POLICY));
    }
    apply(
        policy.isKeptBy(order.policy())
            ? new PlatformPolicyChanged(policy, order.policy())
            : new PlatformPolicyProposed(order.policy()));
  }

  @CommandHandler
  void handle(ApprovePlatformPolicy order, @MetaDataValue("actor_id") String actor) {
    PlatformPolicy waiting = proposed;
    if (waiting == null) {
      throw new Refused(new AccessRefusal.NothingProposed(POLICY));
    }
    if (actor.equals(proposer)) {
      throw new Refused(new AccessRefusal.SecondAdministratorRequired(POLICY, actor));
    }
    apply(new PlatformPolicyChanged(policy, waiting));
  }

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(RecordConfiguration order) {
    if (exists() && settings.equals(order.settings())) {
      throw new Refused(new AccessRefusal.NothingChanges("node " + order.node()));
    }
    apply(new ConfigurationRecorded(order.node(), settings, order.settings()));
  }

  @EventSourcingHandler
  void on(PlatformPolicyProposed fact, @MetaDataValue("actor_id") String actor) {
    identify(Streams.configuration(Streams.PLATFORM));
    proposed = fact.policy();
    proposer = actor;
  }

  @EventSourcingHandler
  void on(PlatformPolicyChanged fact) {
    identify(Streams.configuration(Streams.PLATFORM));
    policy = fact.policy();
    proposed = null;
  }

  @EventSourcingHandler
  void on(ConfigurationRecorded fact) {
    identify(Streams.configuration(fact.node()));
    settings = fact.settings();
  }
}
