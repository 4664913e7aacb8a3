package io.trialog.language;

/** Facts about metrics. */
public sealed interface MetricEvent extends TrialogEvent {
  /** Outcomes may name this metric from here on. */
  record MetricDefined(MetricDefinition definition) implements MetricEvent {
    public MetricDefined {
      Keys.require("definition", definition);
    }
  }
}
