package io.trialog.measurement.collector;

import io.trialog.measurement.Limits;
import io.trialog.measurement.MetricKind;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What the collector must know of experiments and metrics. Asked for each item: answer from memory.
 */
public interface Catalogue {
  /** Facts of an experiment; empty if there is none of that key. */
  Optional<ExperimentFacts> experiment(String key);

  /** Facts of a metric; empty if there is none of that key. */
  Optional<MetricFacts> metric(String key);

  /**
   * An experiment.
   *
   * @param started true from its first start on, also when it is paused, killed or concluded since
   */
  record ExperimentFacts(String environment, Set<String> variants, boolean started) {
    public ExperimentFacts {
      Objects.requireNonNull(environment);
      variants = Set.copyOf(variants);
    }
  }

  /**
   * A metric.
   *
   * @param cap of a subject's running total, within {@link Limits#isCap}
   */
  record MetricFacts(MetricKind kind, Optional<BigDecimal> cap) {
    public MetricFacts {
      Objects.requireNonNull(kind);
      if (cap.isPresent() && !Limits.isCap(cap.get())) {
        throw new IllegalArgumentException("a cap is above 0, up to 10^15, with up to 6 decimals");
      }
    }
  }
}
