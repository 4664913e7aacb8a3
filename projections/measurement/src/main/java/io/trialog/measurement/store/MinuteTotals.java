package io.trialog.measurement.store;

import java.time.Instant;

/**
 * What one minute of event time added.
 *
 * @param n subjects first exposed in it; 0 for a metric's own series
 */
public record MinuteTotals(Instant minute, int epoch, String variant, long n, MetricSums sums) {}
