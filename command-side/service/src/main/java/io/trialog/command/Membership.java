package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.http.AccessRegister;
import io.trialog.language.AccessCommand.ApproveRole;
import io.trialog.language.AccessCommand.GrantRole;
import io.trialog.language.AccessCommand.WithdrawRole;
import io.trialog.language.AccessEvent.RoleGranted;
import io.trialog.language.AccessEvent.RoleProposed;
import io.trialog.language.AccessEvent.RoleWithdrawn;
import io.trialog.language.AccessRefusal;
import io.trialog.language.Grant;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** A person whom an identity provider vouches for, and the roles they have here. */
class Membership extends Revisioned {
  private final Set<Grant> granted = new HashSet<>();
  private final Map<Grant, String> proposedBy = new HashMap<>();

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(GrantRole order, AccessRegister register) {
    if (granted.contains(order.grant()) || proposedBy.containsKey(order.grant())) {
      throw new Refused(new AccessRefusal.RoleAlreadyGranted(order.holder(), order.grant()));
    }
    apply(
        register.policy().asksForTwo(order.grant())
            ? new RoleProposed(order.holder(), order.grant())
            : new RoleGranted(order.holder(), order.grant()));
  }

  @CommandHandler
  void handle(ApproveRole order, @MetaDataValue("actor_id") String actor) {
    String proposer = proposedBy.get(order.grant());
    if (proposer == null) {
      throw new Refused(new AccessRefusal.NothingProposed(words(order.holder(), order.grant())));
    }
    if (actor.equals(proposer)) {
      throw new Refused(
          new AccessRefusal.SecondAdministratorRequired(
              words(order.holder(), order.grant()), actor));
    }
    apply(new RoleGranted(order.holder(), order.grant()));
  }

  /** Also takes back what is only proposed. */
  @CommandHandler
  void handle(WithdrawRole order) {
    if (!granted.contains(order.grant()) && !proposedBy.containsKey(order.grant())) {
      throw new Refused(new AccessRefusal.RoleNotGranted(order.holder(), order.grant()));
    }
    apply(new RoleWithdrawn(order.holder(), order.grant()));
  }

  @EventSourcingHandler
  void on(RoleProposed fact, @MetaDataValue("actor_id") String actor) {
    identify(Streams.member(fact.holder()));
    proposedBy.put(fact.grant(), actor);
  }

  @EventSourcingHandler
  void on(RoleGranted fact) {
    identify(Streams.member(fact.holder()));
    proposedBy.remove(fact.grant());
    granted.add(fact.grant());
  }

  @EventSourcingHandler
  void on(RoleWithdrawn fact) {
    proposedBy.remove(fact.grant());
    granted.remove(fact.grant());
  }

  private static String words(String holder, Grant grant) {
    return "role %s of \"%s\" in %s".formatted(grant.role().word(), holder, grant.namespace());
  }
}
