package io.trialog.command.catalogue;

import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricDefinition.Direction;
import io.trialog.language.MetricDefinition.Kind;
import io.trialog.language.MetricFormula;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every team guards unless it says otherwise: errors, GMV, and latency in the middle and in
 * the tail. Those that are computed are critical; the quantiles are not computed yet.
 */
record StandardMetrics(List<MetricDefinition> metrics, List<GuardrailRule> guardrails) {
  private static final BigDecimal MARGIN = new BigDecimal("0.01");

  /** In the order in which they are defined: what others are made of first. */
  static StandardMetrics of(String namespace) {
    String team = namespace.substring(namespace.indexOf('/') + 1);
    String latency = team + "-latency";
    List<MetricDefinition> metrics =
        List.of(
            metric(
                namespace,
                team + "-error-rate",
                "Subjects with an error",
                Kind.PROPORTION,
                Direction.LOWER_IS_BETTER,
                null),
            metric(
                namespace,
                team + "-gmv",
                "Gross merchandise value",
                Kind.MEAN,
                Direction.HIGHER_IS_BETTER,
                null),
            metric(namespace, latency, "Latency", Kind.MEAN, Direction.LOWER_IS_BETTER, null),
            quantile(namespace, latency, "p50", "0.5"),
            quantile(namespace, latency, "p95", "0.95"));
    return new StandardMetrics(metrics, guardrails(metrics, latency));
  }

  /** The sum of a subject's latencies says how often it came, so it guards nothing. */
  private static List<GuardrailRule> guardrails(List<MetricDefinition> metrics, String latency) {
    return metrics.stream()
        .filter(metric -> !metric.metric().equals(latency))
        .map(metric -> new GuardrailRule(metric.metric(), MARGIN, metric.kind().isComputed()))
        .toList();
  }

  private static MetricDefinition quantile(
      String namespace, String latency, String name, String quantile) {
    return metric(
        namespace,
        latency + "-" + name,
        "Latency " + name,
        Kind.QUANTILE,
        Direction.LOWER_IS_BETTER,
        MetricFormula.quantile(latency, new BigDecimal(quantile), null));
  }

  private static MetricDefinition metric(
      String namespace,
      String key,
      String title,
      Kind kind,
      Direction direction,
      @Nullable MetricFormula formula) {
    String unit = key.contains("-latency") ? "ms" : null;
    return new MetricDefinition(key, namespace, title, kind, direction, null, null, unit, formula);
  }
}
