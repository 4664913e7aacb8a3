package io.trialog.command.catalogue;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.CatalogueRefusal.PolicyNotProposed;
import io.trialog.language.CatalogueRefusal.PolicyTakesTwo;
import io.trialog.language.NamespaceCommand.ApproveApprovalPolicy;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.NamespaceCommand.ProposeApprovalPolicy;
import io.trialog.language.NamespaceCommand.SetGuardrailPolicy;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.NamespaceEvent.NamespaceCreated;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** An org's team. */
public class Namespace extends Revisioned {
  private ApprovalPolicy policy = ApprovalPolicy.DEFAULT;
  private @Nullable ApprovalPolicy proposed;
  private @Nullable String proposer;

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

  @CommandHandler
  void handle(ProposeApprovalPolicy order) {
    apply(new ApprovalPolicyProposed(key(), order.policy()));
  }

  @CommandHandler
  void handle(ApproveApprovalPolicy order, @MetaDataValue("actor_id") String actor) {
    if (proposed == null) {
      throw new Refused(new PolicyNotProposed(key()));
    }
    if (actor.equals(proposer)) {
      throw new Refused(new PolicyTakesTwo(key(), actor));
    }
    apply(new ApprovalPolicySet(key(), policy, proposed));
  }

  @EventSourcingHandler
  void on(ApprovalPolicyProposed fact, @MetaDataValue("actor_id") String actor) {
    proposed = fact.policy();
    proposer = actor;
  }

  @EventSourcingHandler
  void on(ApprovalPolicySet fact) {
    policy = fact.policy();
    proposed = null;
    proposer = null;
  }

  @EventSourcingHandler
  void on(NamespaceCreated fact) {
    identify(Streams.namespace(fact.namespace()));
  }
}
