package io.trialog.projections;

import io.trialog.language.Design;
import io.trialog.language.MetricDefinition;
import io.trialog.measurement.MetricKind;
import io.trialog.measurement.collector.Catalogue;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** What the collector must know, from the current directory. */
final class DirectoryCatalogue implements Catalogue {
  private final Supplier<Directory> directory;

  DirectoryCatalogue(Supplier<Directory> directory) {
    this.directory = directory;
  }

  @Override
  public Optional<ExperimentFacts> experiment(String key) {
    return Optional.ofNullable(directory.get().experiments().get(key))
        .map(DirectoryCatalogue::facts);
  }

  @Override
  public Optional<MetricFacts> metric(String key) {
    return Optional.ofNullable(directory.get().metrics().get(key))
        .flatMap(DirectoryCatalogue::facts);
  }

  private static ExperimentFacts facts(Experiment experiment) {
    Design design = experiment.design();
    return new ExperimentFacts(
        design.environment(), Set.copyOf(design.variantKeys()), experiment.status().hasStarted());
  }

  /** Empty for a metric that is made of others: no outcome names it. */
  private static Optional<MetricFacts> facts(MetricDefinition metric) {
    Optional<BigDecimal> cap = Optional.ofNullable(metric.cap());
    return switch (metric.kind()) {
      case MEAN -> Optional.of(new MetricFacts(MetricKind.MEAN, cap));
      case PROPORTION -> Optional.of(new MetricFacts(MetricKind.PROPORTION, cap));
      case RATIO, QUANTILE -> Optional.empty();
    };
  }
}
