package io.trialog.command;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.language.AuditCommand.RecordExport;
import io.trialog.language.AuditEvent.AuditExported;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** One export of the log; itself a fact of the log. */
class Export extends Revisioned {
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(RecordExport order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("export", order.export()));
    }
    apply(new AuditExported(order.export(), order.purpose()));
  }

  @EventSourcingHandler
  void on(AuditExported fact) {
    identify(Streams.export(fact.export()));
  }
}
