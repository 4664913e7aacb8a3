package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.language.AccessCommand.RecordDenial;
import io.trialog.language.AccessCommand.RecordRefusal;
import io.trialog.language.AccessEvent.AccessDenied;
import io.trialog.language.AccessEvent.CommandRefused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** What one actor asked for and was refused. */
class DeniedAccesses extends Revisioned {
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(RecordDenial order) {
    apply(new AccessDenied(order.actor(), order.operation(), order.namespace()));
  }

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(RecordRefusal order) {
    apply(
        new CommandRefused(
            order.actor(), order.operation(), order.namespace(), order.subject(), order.code()));
  }

  @EventSourcingHandler
  void on(AccessDenied fact) {
    identify(Streams.denials(fact.actor()));
  }

  @EventSourcingHandler
  void on(CommandRefused fact) {
    identify(Streams.denials(fact.actor()));
  }
}
