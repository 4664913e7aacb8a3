package io.trialog.guardrails;

import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricDefinition.Direction;
import io.trialog.language.MetricDefinition.Kind;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.measurement.store.FoldedCount;
import io.trialog.measurement.store.Health;
import io.trialog.measurement.store.MetricSums;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.snapshots.Directory;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Designs, sums and directories to look at. */
final class Trials {
  static final Instant NOW = Instant.parse("2026-11-22T16:00:00.123Z");

  static final MetricDefinition GMV = metric("gmv", Kind.MEAN, Direction.HIGHER_IS_BETTER, null);
  static final MetricDefinition GMV_PLANNED =
      metric("gmv", Kind.MEAN, Direction.HIGHER_IS_BETTER, "20");
  static final MetricDefinition CONVERTED =
      metric("converted", Kind.PROPORTION, Direction.HIGHER_IS_BETTER, null);
  static final MetricDefinition FAILED =
      metric("failed", Kind.PROPORTION, Direction.LOWER_IS_BETTER, null);

  private Trials() {}

  static MetricDefinition metric(String key, Kind kind, Direction direction, String typicalSd) {
    return new MetricDefinition(
        key,
        "acme/rides",
        key,
        kind,
        direction,
        null,
        typicalSd == null ? null : new BigDecimal(typicalSd),
        null,
        null);
  }

  static Map<String, MetricDefinition> known(MetricDefinition metric) {
    return Map.of(metric.metric(), metric);
  }

  static Design design(String key, String metric, String... variantsAndShares) {
    return design(key, metric, "0", false, variantsAndShares);
  }

  static Design design(
      String key, String metric, String margin, boolean elsewhere, String... variantsAndShares) {
    List<Design.Variant> variants = new ArrayList<>();
    for (int i = 0; i < variantsAndShares.length; i += 2) {
      variants.add(
          new Design.Variant(variantsAndShares[i], new BigDecimal(variantsAndShares[i + 1]), null));
    }
    return new Design(
        key,
        "acme/rides",
        "production",
        "A trial",
        "It helps.",
        "user_id",
        null,
        "checkout",
        "control",
        variants,
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        metric,
        List.of(),
        List.of(new Design.GuardrailRule(metric, new BigDecimal(margin), false)),
        100_000,
        elsewhere,
        false);
  }

  static Design halves(String key, String metric) {
    return design(key, metric, "control", "0.5", "treatment", "0.5");
  }

  /** A variant whose metric has this mean and standard deviation, almost. */
  static VariantTotals ofMean(String variant, String metric, long n, double mean, double sd) {
    double s1 = n * mean;
    double s2 = (n - 1) * sd * sd + n * mean * mean;
    return new VariantTotals(
        0,
        variant,
        n,
        Map.of(
            metric,
            new MetricSums(
                n * 3 / 10,
                BigDecimal.valueOf(s1),
                BigDecimal.valueOf(s2),
                BigDecimal.valueOf(s2 * 2 * mean),
                BigDecimal.valueOf(s1),
                BigDecimal.valueOf(s2))));
  }

  static VariantTotals ofEvents(String variant, String metric, long n, long events) {
    BigDecimal sum = BigDecimal.valueOf(events);
    return new VariantTotals(
        0, variant, n, Map.of(metric, new MetricSums(events, sum, sum, sum, sum, sum)));
  }

  static ExperimentSums sums(String key, VariantTotals... variants) {
    return new ExperimentSums(
        key,
        List.of(variants),
        new Health(0, 0, 0, 0),
        Map.of("trialog.exposures-0", new FoldedCount(7, 0)),
        Optional.of(NOW),
        Optional.of(NOW));
  }

  /** The treatment sells 15 percent less, beyond any doubt. */
  static ExperimentSums harmful(String key) {
    return sums(
        key, ofMean("control", "gmv", 20_000, 10, 20), ofMean("treatment", "gmv", 20_000, 8.5, 20));
  }

  static ExperimentSums harmless(String key) {
    return sums(
        key,
        ofMean("control", "gmv", 20_000, 10, 20),
        ofMean("treatment", "gmv", 20_000, 10.1, 20));
  }

  static Directory directory(TrialogEvent... events) {
    return after(Directory.EMPTY, events);
  }

  static Directory after(Directory directory, TrialogEvent... events) {
    Directory next = directory;
    for (TrialogEvent event : events) {
      long position = next.position() + 1;
      next =
          next.apply(
              new RecordedEvent(
                  position,
                  "event-" + position,
                  "stream",
                  position,
                  NOW,
                  new EventMetadata(Actor.human("ada"), "because", "correlation", null, null, null),
                  event));
    }
    return next;
  }

  /** The metric gmv, with a typical standard deviation, and running experiments guarded by it. */
  static Directory running(String... keys) {
    Directory directory = directory(new MetricDefined(GMV_PLANNED));
    for (String key : keys) {
      directory = after(directory, drafted(key), started(key));
    }
    return directory;
  }

  static TrialogEvent drafted(String key) {
    return new ExperimentDrafted(key, halves(key, "gmv"));
  }

  static TrialogEvent started(String key) {
    return new ExperimentStarted(key, 1_000_000, 0, List.of(), null, null);
  }

  static TrialogEvent paused(String key) {
    return new ExperimentPaused(key);
  }

  static TrialogEvent killed(String key) {
    return new ExperimentKilled(key, null, null);
  }

  static TrialogEvent concluded(String key) {
    return new ExperimentConcluded(key, "control", null);
  }
}
