package io.trialog.command.catalogue;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.MetricCommand.DefineMetric;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;

/** What is measured; defined once, because a changed meaning would change yesterday's evidence. */
public class Metric extends Revisioned {
  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(DefineMetric order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("metric", order.definition().metric()));
    }
    apply(new MetricDefined(order.definition()));
  }

  @EventSourcingHandler
  void on(MetricDefined fact) {
    identify(Streams.metric(fact.definition().metric()));
  }
}
