package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** An access token: who holds it and what it gives. */
class Token extends Revisioned {
  private boolean revoked;

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(IssueToken order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("token", order.token()));
    }
    apply(new TokenIssued(order.token(), order.holder(), order.grants(), order.secretHash()));
  }

  @CommandHandler
  void handle(RevokeToken order) {
    if (revoked) {
      throw new Refused(new Refusal.TokenIsRevoked(order.token()));
    }
    apply(new TokenRevoked(order.token()));
  }

  @EventSourcingHandler
  void on(TokenIssued fact) {
    identify(Streams.token(fact.token()));
  }

  @EventSourcingHandler
  void on(TokenRevoked fact) {
    revoked = true;
  }
}
