package io.trialog.replay;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The end of a replay, for a person or as JSON.
 *
 * @param accepted rows that the platform acknowledged without a complaint, earlier runs of a
 *     resumed replay included
 * @param duplicates rows that the platform had folded before this run sent them again
 * @param rejected rows with a rejected item, and rows that could not be sent
 * @param breakdowns the results by each segment
 */
record Report(
    Plan.Target target,
    Arms arms,
    long rows,
    long accepted,
    long duplicates,
    long rejected,
    Results results,
    List<Results> breakdowns) {

  private static final JsonProvider JSON = Json.PROVIDER;

  Report {
    breakdowns = List.copyOf(breakdowns);
  }

  // ---- JSON

  JsonObject json() {
    JsonObjectBuilder json =
        JSON.createObjectBuilder()
            .add("rows", rows)
            .add("accepted", accepted)
            .add("duplicates", duplicates)
            .add("rejected", rejected)
            .add("subjects_in_two_arms", results.subjectsInTwoArms())
            .add("variants", variants());
    List<String> treatments = treatments();
    addLift(json, treatments.getFirst());
    json.add("srm_p", number(results.srmP()));
    json.add("status", results.status());
    if (treatments.size() > 1) {
      json.add("comparisons", comparisons(treatments));
    }
    return json.build();
  }

  private JsonArrayBuilder variants() {
    JsonArrayBuilder variants = JSON.createArrayBuilder();
    for (Results.Variant variant : results.variants()) {
      variants.add(
          JSON.createObjectBuilder()
              .add("key", variant.key())
              .add("n", variant.n())
              .add("sum", number(Optional.of(variant.sum()))));
    }
    return variants;
  }

  private JsonArrayBuilder comparisons(List<String> treatments) {
    JsonArrayBuilder comparisons = JSON.createArrayBuilder();
    for (String treatment : treatments) {
      JsonObjectBuilder comparison = JSON.createObjectBuilder().add("variant", treatment);
      addLift(comparison, treatment);
      comparisons.add(comparison);
    }
    return comparisons;
  }

  private void addLift(JsonObjectBuilder json, String treatment) {
    Optional<Results.Comparison> comparison = results.comparison(treatment, arms.control());
    json.add("lift", number(comparison.flatMap(Results.Comparison::lift)));
    json.add(
        "interval",
        comparison
            .flatMap(Results.Comparison::interval)
            .map(Report::bounds)
            .orElse(JsonValue.NULL));
  }

  private static JsonValue bounds(Results.Interval interval) {
    return JSON.createArrayBuilder()
        .add(number(Optional.of(interval.low())))
        .add(number(Optional.of(interval.high())))
        .build();
  }

  /** Whole numbers without a fraction or exponent, others without trailing zeros. */
  private static JsonValue number(Optional<BigDecimal> number) {
    return number.map(value -> (JsonValue) JSON.createValue(plain(value))).orElse(JsonValue.NULL);
  }

  private static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  private List<String> treatments() {
    return arms.shares().keySet().stream().filter(key -> !key.equals(arms.control())).toList();
  }

  // ---- a person

  void print(PrintStream out) {
    line(out, "%s: %s".formatted(target.experiment(), results.status()));
    line(
        out,
        "%,d rows: %,d accepted, %,d already known, %,d rejected"
            .formatted(rows, accepted, duplicates, rejected));
    out.println();
    table(out, "variant", results.variants());
    out.println();
    results.comparisons().forEach(comparison -> compare(out, comparison));
    line(out, "sample ratio: %s".formatted(sampleRatio()));
    line(out, "subjects in both arms (left out): %,d".formatted(results.subjectsInTwoArms()));
    line(out, "late events: %,d".formatted(results.lateEvents()));
    results.guardrails().forEach(guardrail -> guard(out, guardrail));
    breakdowns.forEach(breakdown -> breakdown(out, breakdown.segments()));
    out.flush();
  }

  private void table(PrintStream out, String title, List<Results.Variant> variants) {
    line(
        out,
        "%-24s %14s %18s %12s".formatted(title, "subjects", "sum of " + target.metric(), "mean"));
    for (Results.Variant variant : variants) {
      line(
          out,
          "%-24s %,14d %18s %12s"
              .formatted(
                  variant.key(), variant.n(), plain(variant.sum()).toPlainString(), mean(variant)));
    }
  }

  private static String mean(Results.Variant variant) {
    double computed = variant.n() == 0 ? 0 : variant.sum().doubleValue() / variant.n();
    return variant.n() == 0
        ? "-"
        : "%.6f".formatted(variant.mean().map(BigDecimal::doubleValue).orElse(computed));
  }

  private static void compare(PrintStream out, Results.Comparison comparison) {
    String confidence =
        comparison.confidence().map(share -> percent(share, 0) + " interval ").orElse("interval ");
    String interval =
        comparison
            .interval()
            .map(bounds -> percent(bounds.low(), 2) + " to " + percent(bounds.high(), 2))
            .orElse("unknown");
    line(
        out,
        "%s against %s: lift %s, %s%s %s"
            .formatted(
                comparison.variant(),
                comparison.against(),
                comparison.lift().map(lift -> percent(lift, 2)).orElse("unknown"),
                confidence,
                interval,
                (comparison.method() + " " + comparison.note()).strip()));
  }

  private String sampleRatio() {
    String p = results.srmP().map(value -> "p = %.4g".formatted(value)).orElse("unknown");
    return p + (results.srmAlarm() ? ", MISMATCH: do not trust the comparison" : "");
  }

  private static void guard(PrintStream out, Results.Guardrail guardrail) {
    line(
        out,
        "guardrail %s of %s: %s"
            .formatted(guardrail.metric(), guardrail.variant(), guardrail.state()));
  }

  private void breakdown(PrintStream out, List<Results.Segment> segments) {
    for (Results.Segment segment : segments) {
      if (segment.metric().equals(target.metric())) {
        out.println();
        table(out, segment.name() + " = " + segment.value(), segment.variants());
      }
    }
  }

  private static String percent(BigDecimal share, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f%%", share.movePointRight(2));
  }

  private static void line(PrintStream out, String text) {
    out.println(text.stripTrailing());
  }
}
