package io.trialog.query.results;

import io.trialog.measurement.store.SegmentTotals;
import java.util.List;

/**
 * The totals by one segment, as {@code MetricsStore.segments} answers them.
 *
 * @param name of the segment, such as {@code country}
 */
public record Breakdown(String name, List<SegmentTotals> totals) {
  public Breakdown {
    totals = List.copyOf(totals);
  }
}
