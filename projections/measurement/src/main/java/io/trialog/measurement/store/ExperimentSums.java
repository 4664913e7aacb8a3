package io.trialog.measurement.store;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything about an experiment at one moment: sums, counts and offsets agree with each other.
 *
 * @param variants ordered by epoch and variant
 * @param folded input records in these sums, by source
 * @param newestEventTime to ten seconds
 * @param updatedAt when a delta last changed this experiment
 */
public record ExperimentSums(
    String experiment,
    List<VariantTotals> variants,
    Health health,
    Map<String, FoldedCount> folded,
    Optional<Instant> newestEventTime,
    Optional<Instant> updatedAt) {
  public ExperimentSums {
    variants = List.copyOf(variants);
    folded = Map.copyOf(folded);
  }

  /** The same with the totals of one allocation epoch only. */
  public ExperimentSums ofEpoch(int epoch) {
    List<VariantTotals> those = variants.stream().filter(each -> each.epoch() == epoch).toList();
    return new ExperimentSums(experiment, those, health, folded, newestEventTime, updatedAt);
  }
}
