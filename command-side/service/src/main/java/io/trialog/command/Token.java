package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.http.AccessRegister;
import io.trialog.language.AccessCommand;
import io.trialog.language.AccessCommand.ApproveToken;
import io.trialog.language.AccessCommand.IssueToken;
import io.trialog.language.AccessCommand.RevokeToken;
import io.trialog.language.AccessEvent.TokenIssued;
import io.trialog.language.AccessEvent.TokenProposed;
import io.trialog.language.AccessEvent.TokenRevoked;
import io.trialog.language.AccessRefusal;
import io.trialog.language.Actor;
import io.trialog.language.InvalidValue;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import java.time.Clock;
import java.time.Instant;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** An access token: who holds it and what it gives. */
class Token extends Revisioned {
  private @Nullable TokenProposed proposed;
  private String proposer = "";
  private boolean revoked;

  /**
   * Where two administrators are asked for, a token that decides is only proposed. The one
   * exception is what the owner of the data folder gets at start: without it nobody could ever get
   * in again.
   */
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(
      IssueToken order,
      AccessRegister register,
      Clock clock,
      @MetaDataValue("actor_kind") String kind) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("token", order.token()));
    }
    mustEndSoonEnough(order.expiresAt(), clock.instant());
    boolean two =
        order.grants().stream().anyMatch(register.policy()::asksForTwo)
            && !kind.equals(Actor.Kind.AUTOMATION.word());
    apply(two ? proposal(order) : issue(order));
  }

  @CommandHandler
  void handle(ApproveToken order, Clock clock, @MetaDataValue("actor_id") String actor) {
    mustNotBeRevoked(order.token());
    TokenProposed waiting = proposed;
    if (waiting == null) {
      throw new Refused(new AccessRefusal.NothingProposed("token " + order.token()));
    }
    if (actor.equals(proposer)) {
      throw new Refused(
          new AccessRefusal.SecondAdministratorRequired("token " + order.token(), actor));
    }
    mustEndSoonEnough(waiting.expiresAt(), clock.instant());
    apply(
        new TokenIssued(
            waiting.token(),
            waiting.holder(),
            waiting.grants(),
            waiting.secretHash(),
            waiting.expiresAt()));
  }

  @CommandHandler
  void handle(RevokeToken order) {
    mustNotBeRevoked(order.token());
    apply(new TokenRevoked(order.token()));
  }

  @EventSourcingHandler
  void on(TokenProposed fact, @MetaDataValue("actor_id") String actor) {
    identify(Streams.token(fact.token()));
    proposed = fact;
    proposer = actor;
  }

  @EventSourcingHandler
  void on(TokenIssued fact) {
    identify(Streams.token(fact.token()));
    proposed = null;
  }

  @EventSourcingHandler
  void on(TokenRevoked fact) {
    revoked = true;
  }

  private static TokenProposed proposal(IssueToken order) {
    return new TokenProposed(
        order.token(), order.holder(), order.grants(), order.secretHash(), order.expiresAt());
  }

  private static TokenIssued issue(IssueToken order) {
    return new TokenIssued(
        order.token(), order.holder(), order.grants(), order.secretHash(), order.expiresAt());
  }

  private void mustNotBeRevoked(String token) {
    if (revoked) {
      throw new Refused(new Refusal.TokenIsRevoked(token));
    }
  }

  private static void mustEndSoonEnough(@Nullable Instant end, Instant now) {
    if (end == null) {
      return;
    }
    if (!end.isAfter(now) || end.isAfter(now.plus(AccessCommand.LONGEST_LIFE))) {
      throw new InvalidValue(
          "expires_at",
          "must be in the future and at most %d days away; found %s"
              .formatted(AccessCommand.LONGEST_LIFE.toDays(), end));
    }
  }
}
