package io.trialog.command.catalogue;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.NamespaceCommand.SetGuardrailPolicy;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** An org's team. */
public class Namespace extends Revisioned {
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(CreateNamespace order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("namespace", order.namespace()));
    }
    apply(new NamespaceCreated(order.namespace(), order.title()));
  }

  @CommandHandler
  void handle(SetGuardrailPolicy order) {
    apply(new GuardrailPolicySet(key(), order.rules()));
  }

  @EventSourcingHandler
  void on(NamespaceCreated fact) {
    identify(Streams.namespace(fact.namespace()));
  }
}
