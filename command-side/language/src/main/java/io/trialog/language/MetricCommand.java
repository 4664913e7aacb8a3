package io.trialog.language;

/** Orders about metrics. */
public sealed interface MetricCommand extends TrialogCommand {
  /** Defines a metric, once. */
  record DefineMetric(MetricDefinition definition) implements MetricCommand {
    public DefineMetric {
      Keys.require("definition", definition);
    }

    @Override
    public String stream() {
      return Streams.metric(definition.metric());
    }
  }
}
