package io.trialog.command.environment;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.EnvironmentCommand.ApproveKillSwitchRelease;
import io.trialog.language.EnvironmentCommand.CreateEnvironment;
import io.trialog.language.EnvironmentCommand.EngageKillSwitch;
import io.trialog.language.EnvironmentCommand.ProposeKillSwitchRelease;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.EnvironmentRefusal.KillSwitchIsEngaged;
import io.trialog.language.EnvironmentRefusal.KillSwitchNotEngaged;
import io.trialog.language.EnvironmentRefusal.ReleaseProposal;
import io.trialog.language.EnvironmentRefusal.ReleaseTakesTwo;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** An environment and the switch that stops all its experiments at once. */
public class Environment extends Revisioned {
  private boolean engaged;
  private @Nullable String proposer;

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(CreateEnvironment order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("environment", order.environment()));
    }
    apply(new EnvironmentCreated(order.environment(), order.title()));
  }

  /** Engaged again, it voids a release that somebody proposed. */
  @CommandHandler
  void handle(EngageKillSwitch order, @MetaDataValue("reason") @Nullable String reason) {
    if (engaged && proposer == null) {
      throw new Refused(new KillSwitchIsEngaged(key()));
    }
    if (reason == null || reason.isBlank()) {
      throw new Refused(new Refusal.ReasonRequired("engage the kill switch of \"" + key() + "\""));
    }
    apply(new KillSwitchEngaged(key()));
  }

  @CommandHandler
  void handle(ProposeKillSwitchRelease order) {
    mustBeEngaged();
    if (proposer != null) {
      throw new Refused(new ReleaseProposal(key(), true));
    }
    apply(new KillSwitchReleaseProposed(key()));
  }

  @CommandHandler
  void handle(ApproveKillSwitchRelease order, @MetaDataValue("actor_id") String actor) {
    mustBeEngaged();
    if (proposer == null) {
      throw new Refused(new ReleaseProposal(key(), false));
    }
    if (proposer.equals(actor)) {
      throw new Refused(new ReleaseTakesTwo(key(), actor));
    }
    apply(new KillSwitchReleased(key()));
  }

  @EventSourcingHandler
  void on(EnvironmentCreated fact) {
    identify(Streams.environment(fact.environment()));
  }

  @EventSourcingHandler
  void on(KillSwitchEngaged fact) {
    engaged = true;
    proposer = null;
  }

  @EventSourcingHandler
  void on(KillSwitchReleaseProposed fact, @MetaDataValue("actor_id") String actor) {
    proposer = actor;
  }

  @EventSourcingHandler
  void on(KillSwitchReleased fact) {
    engaged = false;
    proposer = null;
  }

  private void mustBeEngaged() {
    if (!engaged) {
      throw new Refused(new KillSwitchNotEngaged(key()));
    }
  }
}
