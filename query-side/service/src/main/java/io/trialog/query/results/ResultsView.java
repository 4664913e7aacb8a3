package io.trialog.query.results;

import io.trialog.guardrails.Evaluation;
import io.trialog.guardrails.ExperimentMemory;
import io.trialog.guardrails.GuardrailEvaluator;
import io.trialog.language.Design;
import io.trialog.language.KillEvidence;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.measurement.store.Health;
import io.trialog.measurement.store.SegmentTotals;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The results of an experiment as JSON. Pure; takes milliseconds, for the bounds of guardrails are
 * solved numerically. A number that does not exist is null and has a note beside it.
 */
public final class ResultsView {
  /** Values of a segment that are shown; {@code segments_truncated} tells of more. */
  public static final int MAX_SEGMENT_VALUES = 200;

  private ResultsView() {}

  /**
   * Renders the contract of {@code GET /api/v1/experiments/{key}/results}.
   *
   * @param directory the state that {@code experiment} is from; gives position and definitions
   * @param sums of the experiment, {@code MetricsStore.sums}
   * @param memory of its guardrails, {@code GuardrailLedger.memory}
   * @param breakdown asked for by {@code ?segment=}; empty otherwise
   */
  public static JsonObject render(
      Directory directory,
      Experiment experiment,
      ExperimentSums sums,
      ExperimentMemory memory,
      Optional<Breakdown> breakdown,
      Asked asked) {
    Design design = experiment.design();
    Evaluation evaluation =
        GuardrailEvaluator.evaluate(
            design, directory.metrics(), sums.ofEpoch(experiment.serving().epoch()), memory);
    var guardrails = new GuardrailResults(experiment, evaluation, memory);
    Health health = sums.health();
    JsonObjectBuilder results =
        Values.object()
            .add("experiment", experiment.key())
            .add("status", experiment.status().word())
            .add("assigned_elsewhere", design.assignedElsewhere())
            .add("position", directory.position())
            .add("control", design.control())
            .add(
                "metrics", new MetricResults(design, directory.metrics(), sums.variants()).render())
            .add("srm", guardrails.sampleRatio())
            .add("subjects_in_two_arms", health.twoArms())
            .add("late_events", health.late())
            .add("duplicates", duplicates(health))
            .add("guardrails", guardrails.guardrails())
            .add("freshness", freshness(sums, asked))
            .add("folded", folded(sums));
    Experiment.Kill kill = experiment.kill();
    if (kill != null) {
      results.add("killed", killed(kill));
    }
    breakdown.ifPresent(each -> addSegments(results, design, each));
    return results.build();
  }

  private static JsonObjectBuilder duplicates(Health health) {
    return Values.object()
        .add("exposures", health.dupExposures())
        .add("outcomes", health.dupOutcomes());
  }

  /** Lag: since when the view may miss something; without any delta, nothing can be said. */
  private static JsonObjectBuilder freshness(ExperimentSums sums, Asked asked) {
    Optional<Instant> complete = asked.caughtUpAt().or(sums::updatedAt);
    return Values.object()
        .add("updated_at", Values.text(sums.updatedAt().orElse(null)))
        .add(
            "lag_seconds",
            complete.map(at -> seconds(Duration.between(at, asked.now()))).orElse(JsonValue.NULL))
        .add("newest_event_time", Values.text(sums.newestEventTime().orElse(null)));
  }

  private static JsonValue seconds(Duration lag) {
    return Values.number(BigDecimal.valueOf(Math.max(0, lag.toMillis()), 3));
  }

  private static JsonObjectBuilder folded(ExperimentSums sums) {
    JsonObjectBuilder folded = Values.object();
    new TreeMap<>(sums.folded()).forEach((source, count) -> folded.add(source, count.records()));
    return folded;
  }

  private static JsonObjectBuilder killed(Experiment.Kill kill) {
    return Values.object()
        .add("at", Values.text(kill.event().time()))
        .add("by", kill.event().actor().id())
        .add("reason", Values.text(kill.event().reason()))
        .add("evidence", evidence(kill));
  }

  private static JsonValue evidence(Experiment.Kill kill) {
    KillEvidence evidence = kill.evidence();
    if (evidence == null) {
      return JsonValue.NULL;
    }
    try (JsonReader reader =
        Json.createReader(new ByteArrayInputStream(JsonCodec.encode(evidence)))) {
      return reader.readObject();
    }
  }

  private static void addSegments(JsonObjectBuilder results, Design design, Breakdown breakdown) {
    Map<String, List<VariantTotals>> byValue = byValue(breakdown);
    JsonArrayBuilder segments = Values.array();
    byValue.entrySet().stream()
        .limit(MAX_SEGMENT_VALUES)
        .forEach(value ->
            design
                .metrics()
                .forEach(metric ->
                    segments.add(
                        segment(
                            design, breakdown.name(), value.getKey(), metric, value.getValue()))));
    results
        .add("segments", segments)
        .add("segments_truncated", byValue.size() > MAX_SEGMENT_VALUES);
  }

  private static Map<String, List<VariantTotals>> byValue(Breakdown breakdown) {
    Map<String, List<VariantTotals>> byValue = new LinkedHashMap<>();
    for (SegmentTotals each : breakdown.totals()) {
      byValue.computeIfAbsent(each.value(), value -> new ArrayList<>()).add(each.totals());
    }
    return byValue;
  }

  private static JsonObjectBuilder segment(
      Design design, String name, String value, String metric, List<VariantTotals> totals) {
    JsonArrayBuilder variants = Values.array();
    for (String key : design.variantKeys()) {
      ArmTotals arm = ArmTotals.of(key, metric, totals);
      variants.add(
          Values.object()
              .add("key", key)
              .add("n", arm.n())
              .add("sum", Values.number(arm.sums().s1())));
    }
    return Values.object()
        .add("name", name)
        .add("value", value)
        .add("metric", metric)
        .add("variants", variants);
  }
}
