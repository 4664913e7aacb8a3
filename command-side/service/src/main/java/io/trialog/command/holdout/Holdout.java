package io.trialog.command.holdout;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.HoldoutCommand.CreateHoldout;
import io.trialog.language.HoldoutCommand.EndHoldout;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.HoldoutRefusal.HoldoutHasEnded;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** Subjects kept out of the experiments of a scope, from its creation to its end. */
public class Holdout extends Revisioned {
  private boolean ended;

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(CreateHoldout order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("holdout", order.holdout()));
    }
    apply(new HoldoutCreated(order.definition()));
  }

  @CommandHandler
  void handle(EndHoldout order) {
    if (ended) {
      throw new Refused(new HoldoutHasEnded(key()));
    }
    apply(new HoldoutEnded(key()));
  }

  @EventSourcingHandler
  void on(HoldoutCreated fact) {
    identify(Streams.holdout(fact.holdout()));
  }

  @EventSourcingHandler
  void on(HoldoutEnded fact) {
    ended = true;
  }
}
