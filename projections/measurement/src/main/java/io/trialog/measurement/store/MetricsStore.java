package io.trialog.measurement.store;

import io.trialog.measurement.PaneRecord;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps sums by adding deltas, each exactly once. Everybody may ask at any time, from any thread;
 * one thread adds.
 */
public interface MetricsStore {
  /**
   * One record of the panes topic.
   *
   * @param partition topic and partition, {@code trialog.panes-0}
   */
  record Delivery(String partition, long offset, PaneRecord pane) {}

  /**
   * Adds deliveries and moves the offsets, both or neither. Deliveries below the offset already
   * reached are left out, so the same ones may be given again. A newer generation empties the store
   * first; an older one adds nothing.
   *
   * @param nextOffsets by partition, where to go on reading afterwards
   * @return experiments whose sums changed
   */
  Set<String> apply(List<Delivery> deliveries, Map<String, Long> nextOffsets);

  /** Where to go on reading, by partition; without an entry, from the beginning. */
  Map<String, Long> offsets();

  /** Input records folded so far, by source. */
  Map<String, FoldedCount> folded();

  /** All sums of an experiment at one moment; without variants if nothing is known of it. */
  ExperimentSums sums(String experiment);

  /** Totals for each value of a segment and each variant, ordered by value, epoch, variant. */
  List<SegmentTotals> segments(String experiment, String name);

  /** Sums of a metric (empty for counts of subjects) by minute, variant and epoch, oldest first. */
  List<MinuteTotals> series(String experiment, String metric);
}
