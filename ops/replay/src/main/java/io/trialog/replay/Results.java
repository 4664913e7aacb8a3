package io.trialog.replay;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What the platform computed for the experiment, as it answered; absent numbers are empty. */
record Results(
    String status,
    String metric,
    List<Variant> variants,
    List<Comparison> comparisons,
    Optional<BigDecimal> srmP,
    boolean srmAlarm,
    long subjectsInTwoArms,
    long lateEvents,
    long duplicateExposures,
    List<Guardrail> guardrails,
    List<Segment> segments,
    SortedMap<String, Long> folded) {

  record Variant(String key, long n, BigDecimal sum, Optional<BigDecimal> mean) {}

  /**
   * @param lift relative difference, 0.01 is 1%
   * @param interval lower and upper bound of the lift; empty when unbounded or unknown
   */
  record Comparison(
      String variant,
      String against,
      Optional<BigDecimal> lift,
      Optional<Interval> interval,
      Optional<BigDecimal> confidence,
      String method,
      String note) {}

  record Interval(BigDecimal low, BigDecimal high) {}

  record Guardrail(String metric, String variant, String state) {}

  record Segment(String name, String value, String metric, List<Variant> variants) {}

  static Results of(JsonObject json, String metric) {
    JsonObject measured = metric(json, metric);
    JsonObject srm = Json.object(json, "srm");
    return new Results(
        Json.text(json, "status").orElse("unknown"),
        metric,
        variants(measured),
        Json.objects(measured, "comparisons").stream().map(Results::comparison).toList(),
        Json.number(srm, "p"),
        srm.getBoolean("alarm", false),
        Json.count(json, "subjects_in_two_arms"),
        Json.count(json, "late_events"),
        Json.count(Json.object(json, "duplicates"), "exposures"),
        Json.objects(json, "guardrails").stream().map(Results::guardrail).toList(),
        Json.objects(json, "segments").stream().map(Results::segment).toList(),
        Progress.offsets(Json.object(json, "folded")));
  }

  /** Whether every record up to the receipt is in these results. */
  boolean contain(Map<String, Long> receipt) {
    return receipt.entrySet().stream()
        .allMatch(mark -> folded.getOrDefault(mark.getKey(), 0L) >= mark.getValue());
  }

  Optional<Comparison> comparison(String variant, String against) {
    return comparisons.stream()
        .filter(comparison -> comparison.variant().equals(variant))
        .filter(comparison -> comparison.against().equals(against))
        .findFirst();
  }

  private static JsonObject metric(JsonObject json, String metric) {
    return Json.objects(json, "metrics").stream()
        .filter(candidate -> Json.text(candidate, "metric").stream().anyMatch(metric::equals))
        .findFirst()
        .orElse(JsonValue.EMPTY_JSON_OBJECT);
  }

  private static List<Variant> variants(JsonObject json) {
    return Json.objects(json, "variants").stream()
        .map(variant ->
            new Variant(
                Json.text(variant, "key").orElse("?"),
                Json.count(variant, "n"),
                Json.number(variant, "sum").orElse(BigDecimal.ZERO),
                Json.number(variant, "mean")))
        .toList();
  }

  private static Comparison comparison(JsonObject json) {
    return new Comparison(
        Json.text(json, "variant").orElse("?"),
        Json.text(json, "against").orElse("?"),
        Json.number(json, "lift"),
        interval(json),
        Json.number(json, "confidence"),
        Json.text(json, "method").orElse(""),
        Json.text(json, "note").orElse(""));
  }

  private static Optional<Interval> interval(JsonObject json) {
    if (!(json.get("interval") instanceof JsonArray bounds) || bounds.size() != 2) {
      return Optional.empty();
    }
    Optional<BigDecimal> low = Json.number(bounds.get(0));
    Optional<BigDecimal> high = Json.number(bounds.get(1));
    return low.flatMap(lo -> high.map(hi -> new Interval(lo, hi)));
  }

  private static Guardrail guardrail(JsonObject json) {
    return new Guardrail(
        Json.text(json, "metric").orElse("?"),
        Json.text(json, "variant").orElse("?"),
        Json.text(json, "state").orElse("?"));
  }

  private static Segment segment(JsonObject json) {
    return new Segment(
        Json.text(json, "name").orElse("?"),
        Json.text(json, "value").orElse("?"),
        Json.text(json, "metric").orElse("?"),
        variants(json));
  }
}
