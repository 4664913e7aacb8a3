package io.trialog.measurement.store;

import java.util.Map;

/**
 * One variant in one allocation epoch.
 *
 * @param n subjects exposed, those without outcome included
 * @param metrics by key; a metric without outcomes is absent
 */
public record VariantTotals(int epoch, String variant, long n, Map<String, MetricSums> metrics) {
  public VariantTotals {
    metrics = Map.copyOf(metrics);
  }

  /** The sums of a metric, zero if it has no outcomes. */
  public MetricSums metric(String metric) {
    return metrics.getOrDefault(metric, MetricSums.ZERO);
  }
}
