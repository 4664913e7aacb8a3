package io.trialog.query.results;

import io.trialog.language.Design;
import io.trialog.language.MetricDefinition;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.statistics.Lift;
import io.trialog.statistics.Moments;
import io.trialog.statistics.Note;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The metrics of an experiment: sums of each variant, and each treatment against the control. */
final class MetricResults {
  private static final double CONFIDENCE = 0.95;

  private final Design design;
  private final Map<String, MetricDefinition> definitions;
  private final List<VariantTotals> totals;

  MetricResults(
      Design design, Map<String, MetricDefinition> definitions, List<VariantTotals> totals) {
    this.design = design;
    this.definitions = definitions;
    this.totals = totals;
  }

  JsonArrayBuilder render() {
    JsonArrayBuilder metrics = Values.array();
    design.metrics().forEach(metric -> metrics.add(render(metric)));
    return metrics;
  }

  private JsonObjectBuilder render(String metric) {
    MetricDefinition definition = definitions.get(metric);
    boolean computed = definition == null || definition.kind().isComputed();
    List<ArmTotals> arms =
        design.variantKeys().stream().map(key -> ArmTotals.of(key, metric, totals)).toList();
    JsonObjectBuilder json =
        Values.object()
            .add("metric", metric)
            .add("kind", Values.text(definition == null ? null : definition.kind().word()))
            .add(
                "direction", Values.text(definition == null ? null : definition.direction().word()))
            .add("cap", cap(definition))
            .add("role", role(metric));
    return computed
        ? json.add("variants", variants(arms)).add("comparisons", comparisons(arms, definition))
        : notComputed(json);
  }

  /** No number at all: sums of what no outcome names would look like zeros. */
  private static JsonObjectBuilder notComputed(JsonObjectBuilder json) {
    return json.add("note", "not_computed")
        .add("variants", Values.array())
        .add("comparisons", Values.array());
  }

  private static JsonValue cap(@Nullable MetricDefinition definition) {
    return definition == null || definition.cap() == null
        ? JsonValue.NULL
        : Values.number(definition.cap());
  }

  /** The most prominent one, when a metric has several. */
  private String role(String metric) {
    if (metric.equals(design.primaryMetric())) {
      return "primary";
    }
    return design.secondaryMetrics().contains(metric) ? "secondary" : "guardrail";
  }

  private static JsonArrayBuilder variants(List<ArmTotals> arms) {
    JsonArrayBuilder variants = Values.array();
    for (ArmTotals arm : arms) {
      Optional<Moments> moments = arm.moments();
      variants.add(
          Values.object()
              .add("key", arm.variant())
              .add("n", arm.n())
              .add("with_outcome", arm.sums().withOutcome())
              .add("sum", Values.number(arm.sums().s1()))
              .add("mean", Values.number(moments.map(Moments::mean).orElse(OptionalDouble.empty())))
              .add(
                  "sd",
                  Values.number(
                      moments.map(Moments::standardDeviation).orElse(OptionalDouble.empty()))));
    }
    return variants;
  }

  private JsonArrayBuilder comparisons(
      List<ArmTotals> arms, @Nullable MetricDefinition definition) {
    ArmTotals control =
        arms.stream()
            .filter(arm -> arm.variant().equals(design.control()))
            .findFirst()
            .orElseThrow();
    boolean capped = definition != null && definition.cap() != null;
    JsonArrayBuilder comparisons = Values.array();
    for (ArmTotals arm : arms) {
      if (!arm.variant().equals(design.control())) {
        JsonObjectBuilder comparison = comparison(control, arm);
        if (capped) {
          comparison.add("uncapped_lift", Values.number(uncappedLift(control, arm)));
        }
        comparisons.add(comparison);
      }
    }
    return comparisons;
  }

  private static JsonObjectBuilder comparison(ArmTotals control, ArmTotals treatment) {
    Lift lift = lift(control, treatment);
    JsonObjectBuilder comparison =
        Values.object()
            .add("variant", treatment.variant())
            .add("against", control.variant())
            .add("lift", Values.number(lift.point()));
    switch (lift) {
      case Lift.Interval i ->
          comparison
              .add(
                  "interval",
                  Values.array().add(Values.number(i.low())).add(Values.number(i.high())))
              .add("confidence", i.confidence())
              .add("method", i.method().code());
      case Lift.NoInference none ->
          comparison
              .add("interval", JsonValue.NULL)
              .add("confidence", CONFIDENCE)
              .add("method", JsonValue.NULL);
    }
    return comparison.add("note", note(lift.note()));
  }

  private static Lift lift(ArmTotals control, ArmTotals treatment) {
    Optional<Moments> base = control.moments();
    Optional<Moments> other = treatment.moments();
    return base.isPresent() && other.isPresent()
        ? Lift.between(base.get(), other.get(), CONFIDENCE)
        : new Lift.NoInference(OptionalDouble.empty(), Note.INCONSISTENT_SUMS);
  }

  private static OptionalDouble uncappedLift(ArmTotals control, ArmTotals treatment) {
    Optional<Moments> base = control.uncapped();
    Optional<Moments> other = treatment.uncapped();
    return base.isPresent() && other.isPresent()
        ? Lift.estimate(base.get(), other.get())
        : OptionalDouble.empty();
  }

  private static JsonValue note(Note note) {
    return note == Note.NONE ? JsonValue.NULL : Values.text(note.code());
  }
}
