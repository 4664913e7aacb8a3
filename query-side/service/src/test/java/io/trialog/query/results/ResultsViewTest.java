package io.trialog.query.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trialog.guardrails.ExperimentMemory;
import io.trialog.guardrails.GuardrailEvaluator;
import io.trialog.guardrails.GuardrailEvidence;
import io.trialog.guardrails.GuardrailKey;
import io.trialog.guardrails.GuardrailMemory;
import io.trialog.language.Actor;
import io.trialog.language.Design;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricDefinition.Direction;
import io.trialog.language.MetricDefinition.Kind;
import io.trialog.language.MetricEvent.MetricDefined;
import io.trialog.language.MetricFormula;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.RecordedEvent;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.measurement.store.FoldedCount;
import io.trialog.measurement.store.Health;
import io.trialog.measurement.store.MetricSums;
import io.trialog.measurement.store.SegmentTotals;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.snapshots.Directory;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.GuardrailState;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Given state and sums, the whole document; golden files beside this class. */
class ResultsViewTest {
  private static final Instant NOW = Instant.parse("2026-11-22T16:00:10Z");
  private static final Instant UPDATED = Instant.parse("2026-11-22T16:00:08.5Z");
  private static final Asked ASKED = new Asked(NOW, Optional.of(NOW.minusMillis(200)));
  private static final Health HEALTHY = new Health(0, 0, 0, 0);

  private static MetricDefinition metric(String key, Kind kind, Direction direction, String cap) {
    return new MetricDefinition(
        key,
        "acme/web",
        key,
        kind,
        direction,
        cap == null ? null : new BigDecimal(cap),
        cap == null ? null : new BigDecimal("20"),
        null,
        null);
  }

  private static Design design(
      String primary, List<String> secondary, List<String> guardrails, String... variants) {
    List<Design.Variant> list = new ArrayList<>();
    for (int i = 0; i < variants.length; i += 2) {
      list.add(new Design.Variant(variants[i], new BigDecimal(variants[i + 1]), null));
    }
    return new Design(
        "landing-page",
        "acme/web",
        "production",
        "Landing page",
        "The new page converts more.",
        "user_id",
        null,
        "web",
        "control",
        list,
        Targeting.EVERYBODY,
        List.of(),
        List.of(),
        primary,
        secondary,
        guardrails.stream()
            .map(key -> new Design.GuardrailRule(key, new BigDecimal("0"), false))
            .toList(),
        100_000,
        true,
        false);
  }

  private static Directory directory(Design design, TrialogEvent... more) {
    List<TrialogEvent> events = new ArrayList<>();
    events.add(
        new MetricDefined(metric("converted", Kind.PROPORTION, Direction.HIGHER_IS_BETTER, null)));
    events.add(new MetricDefined(metric("gmv", Kind.MEAN, Direction.HIGHER_IS_BETTER, "500")));
    events.add(new MetricDefined(metric("refunds", Kind.MEAN, Direction.LOWER_IS_BETTER, null)));
    events.add(new ExperimentDrafted("landing-page", design));
    events.add(new ExperimentStarted("landing-page", 1_000_000, 0, List.of(), null, null));
    events.addAll(List.of(more));
    Directory directory = Directory.EMPTY;
    for (TrialogEvent event : events) {
      long position = directory.position() + 1;
      EventMetadata metadata =
          new EventMetadata(
              Actor.automation("when-guardrail-breached-then-kill"),
              "gmv fell",
              "correlation",
              null,
              null,
              null);
      directory =
          directory.apply(
              new RecordedEvent(position, "e" + position, "s", position, NOW, metadata, event));
    }
    return directory;
  }

  private static MetricSums ones(long events) {
    BigDecimal sum = BigDecimal.valueOf(events).setScale(18);
    return new MetricSums(events, sum, sum, sum, sum, sum);
  }

  /** Capped sums of this mean and deviation; uncapped ones a tenth larger. */
  private static MetricSums mean(long n, double mean, double sd) {
    BigDecimal s1 = BigDecimal.valueOf(n * mean);
    BigDecimal s2 = BigDecimal.valueOf((n - 1) * sd * sd + n * mean * mean);
    BigDecimal u1 = s1.multiply(new BigDecimal("1.1"));
    return new MetricSums(n / 3, s1, s2, s2.multiply(BigDecimal.TEN), u1, s2);
  }

  private static VariantTotals variant(String key, long n, Map<String, MetricSums> metrics) {
    return new VariantTotals(0, key, n, metrics);
  }

  private static ExperimentSums sums(Health health, VariantTotals... variants) {
    return new ExperimentSums(
        "landing-page",
        List.of(variants),
        health,
        Map.of(
            "trialog.outcomes-0", new FoldedCount(57_680, 3),
            "trialog.exposures-0", new FoldedCount(57_828, 0)),
        Optional.of(Instant.parse("2017-01-24T13:41:50Z")),
        Optional.of(UPDATED));
  }

  private static ExperimentSums landingPage() {
    return sums(
        new Health(7, 12, 34, 56),
        variant("control", 28_792, Map.of("converted", ones(3_509))),
        variant("treatment", 28_817, Map.of("converted", ones(3_431))));
  }

  private static JsonObject render(Directory directory, ExperimentSums sums) {
    return render(directory, sums, ExperimentMemory.EMPTY, Optional.empty());
  }

  private static JsonObject render(
      Directory directory,
      ExperimentSums sums,
      ExperimentMemory memory,
      Optional<Breakdown> breakdown) {
    return ResultsView.render(
        directory, directory.experiments().get("landing-page"), sums, memory, breakdown, ASKED);
  }

  private static Design halves(String primary, List<String> secondary, List<String> guardrails) {
    return design(primary, secondary, guardrails, "control", "0.5", "treatment", "0.5");
  }

  private static Design landingPageDesign() {
    return halves("converted", List.of(), List.of("converted"));
  }

  private static void assertGolden(String name, JsonObject found) {
    // Through the text, as a client gets it.
    JsonObject read = parse(found.toString());
    assertThat(read).as("%s should be%n%s", name, found).isEqualTo(parse(golden(name)));
  }

  private static JsonObject parse(String text) {
    try (JsonReader reader = Json.createReader(new StringReader(text))) {
      return reader.readObject();
    }
  }

  private static String golden(String name) {
    try (InputStream in = ResultsViewTest.class.getResourceAsStream(name)) {
      return in == null ? "{}" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject comparison(JsonObject results) {
    return results
        .getJsonArray("metrics")
        .getJsonObject(0)
        .getJsonArray("comparisons")
        .getJsonObject(0);
  }

  @Test
  void the_landing_page_shows_no_effect_no_kill_and_no_mismatch() {
    Breakdown countries =
        new Breakdown(
            "country",
            List.of(
                new SegmentTotals(
                    "country", "UK", variant("control", 7_000, Map.of("converted", ones(800)))),
                new SegmentTotals(
                    "country",
                    "US",
                    variant("treatment", 20_000, Map.of("converted", ones(2_400))))));
    JsonObject results =
        render(
            directory(landingPageDesign()),
            landingPage(),
            ExperimentMemory.EMPTY,
            Optional.of(countries));
    // (3431/28817)/(3509/28792) - 1 ± 1.96 standard errors by the delta method
    double lift = comparison(results).getJsonNumber("lift").doubleValue();
    JsonArray interval = comparison(results).getJsonArray("interval");
    assertThat(lift).isCloseTo(-0.0230768, within(1e-6));
    assertThat(interval.getJsonNumber(0).doubleValue()).isCloseTo(-0.0661913, within(1e-5));
    assertThat(interval.getJsonNumber(1).doubleValue()).isCloseTo(0.0200377, within(1e-5));
    // chi-square (28792-28817)²/57609 with one degree of freedom.
    assertThat(results.getJsonObject("srm").getJsonNumber("p").doubleValue())
        .isCloseTo(0.9170435, within(1e-6));
    assertThat(results.getJsonObject("srm").getBoolean("alarm")).isFalse();
    assertThat(results.getJsonArray("guardrails").getJsonObject(0).getString("state"))
        .isEqualTo("WATCH");
    assertGolden("landing-page.json", results);
  }

  @Test
  void an_experiment_without_any_subject_has_nulls_and_notes() {
    ExperimentSums nothing =
        new ExperimentSums(
            "landing-page", List.of(), HEALTHY, Map.of(), Optional.empty(), Optional.empty());
    Directory directory = directory(halves("converted", List.of("gmv"), List.of("gmv", "refunds")));
    JsonObject results =
        ResultsView.render(
            directory,
            directory.experiments().get("landing-page"),
            nothing,
            ExperimentMemory.EMPTY,
            Optional.of(new Breakdown("country", List.of())),
            new Asked(NOW, Optional.empty()));
    assertGolden("empty.json", results);
  }

  @Test
  void an_empty_arm_has_no_lift() {
    ExperimentSums sums = sums(HEALTHY, variant("control", 500, Map.of("converted", ones(60))));
    JsonObject results = render(directory(landingPageDesign()), sums);
    assertThat(comparison(results).getString("note")).isEqualTo("empty_arm");
    assertThat(comparison(results).get("lift")).isEqualTo(JsonValue.NULL);
    assertThat(results.getJsonObject("srm").getBoolean("alarm"))
        .as("500 to 0 is not what halves promise")
        .isTrue();
    assertGolden("one-arm-empty.json", results);
  }

  @Test
  void three_arms_with_a_cap_a_metric_without_sums_and_a_latched_verdict() {
    ExperimentSums sums =
        sums(
            HEALTHY,
            variant("control", 50_000, Map.of("gmv", mean(50_000, 10, 20))),
            variant("green", 30_100, Map.of("gmv", mean(30_100, 10.3, 20))),
            variant("red", 19_900, Map.of("gmv", mean(19_900, 9.9, 20))));
    GuardrailMemory latched =
        new GuardrailMemory(
            OptionalDouble.of(7.5),
            Optional.of(UPDATED),
            Optional.empty(),
            Optional.of("verdict-1"));
    ExperimentMemory memory =
        new ExperimentMemory(Map.of(new GuardrailKey("gmv", "red"), latched), 0.25);
    JsonObject results =
        render(
            directory(
                design(
                    "gmv",
                    List.of("converted"),
                    List.of("gmv", "refunds"),
                    "red",
                    "0.2",
                    "control",
                    "0.5",
                    "green",
                    "0.3")),
            sums,
            memory,
            Optional.empty());
    assertThat(results.getJsonArray("guardrails")).hasSize(4);
    assertThat(results.getJsonArray("guardrails").getJsonObject(0).getString("state"))
        .as("a verdict stands though the sums of now only watch")
        .isEqualTo("KILL");
    assertThat(comparison(results).getJsonNumber("uncapped_lift").doubleValue())
        .isCloseTo(-0.01, within(1e-9));
    assertGolden("three-arms.json", results);
  }

  private static KillEvidence evidence() {
    KillEvidence.ArmSums control =
        new KillEvidence.ArmSums(
            20_000, 6_000, new BigDecimal("200000"), new BigDecimal("9999600"), BigDecimal.TEN);
    KillEvidence.ArmSums treated =
        new KillEvidence.ArmSums(
            20_000, 6_000, new BigDecimal("170000"), new BigDecimal("9444600"), BigDecimal.TEN);
    BigDecimal half = new BigDecimal("0.5");
    return new KillEvidence(
        "verdict-1",
        GuardrailEvaluator.POLICY_VERSION,
        "normal-mixture-5/1",
        "gmv",
        "mean",
        "higher_is_better",
        "treatment",
        "control",
        control,
        treated,
        half,
        half,
        BigDecimal.ZERO,
        new BigDecimal("0.01"),
        new BigDecimal("0.005"),
        new BigDecimal("7.4"),
        new BigDecimal("64000000"),
        new BigDecimal("160000000"),
        new BigDecimal("25.1"),
        new BigDecimal("5.298317366548036"),
        new BigDecimal("-0.15"),
        false,
        UPDATED);
  }

  @Test
  void a_killed_experiment_shows_who_why_and_the_evidence_from_which_it_is_decided_again() {
    Directory directory =
        directory(
            halves("gmv", List.of(), List.of("gmv")),
            new ExperimentKilled("landing-page", evidence(), null));
    ExperimentSums sums =
        sums(
            HEALTHY,
            variant("control", 20_000, Map.of("gmv", mean(20_000, 10, 20))),
            variant("treatment", 20_000, Map.of("gmv", mean(20_000, 9.9, 20))));
    JsonObject results = render(directory, sums);
    assertThat(results.getString("status")).isEqualTo("killed");
    assertThat(results.getJsonArray("guardrails").getJsonObject(0).getString("state"))
        .isEqualTo("KILL");
    GuardrailReading again =
        GuardrailEvidence.recompute(
            JsonCodec.decode(
                results
                    .getJsonObject("killed")
                    .getJsonObject("evidence")
                    .toString()
                    .getBytes(StandardCharsets.UTF_8),
                KillEvidence.class));
    assertThat(again.state()).isEqualTo(GuardrailState.KILL);
    assertGolden("killed.json", results);
  }

  @Test
  void an_experiment_killed_by_a_person_shows_no_evidence() {
    Directory directory =
        directory(landingPageDesign(), new ExperimentKilled("landing-page", null, null));
    JsonObject killed = render(directory, landingPage()).getJsonObject("killed");
    assertThat(killed.get("evidence")).isEqualTo(JsonValue.NULL);
    assertThat(killed.getString("reason")).isEqualTo("gmv fell");
  }

  @Test
  void a_metric_that_nobody_defined_is_shown_without_kind() {
    JsonObject results =
        render(directory(halves("unheard-of", List.of(), List.of("unheard-of"))), landingPage());
    assertThat(results.getJsonArray("metrics").getJsonObject(0).get("kind"))
        .isEqualTo(JsonValue.NULL);
    assertThat(results.getJsonArray("guardrails").getJsonObject(0).getString("note"))
        .isEqualTo("unknown_metric");
  }

  @Test
  void a_metric_that_is_not_computed_says_so_and_shows_no_numbers() {
    MetricDefinition p95 =
        new MetricDefinition(
            "late",
            "acme/web",
            "late",
            Kind.QUANTILE,
            Direction.LOWER_IS_BETTER,
            null,
            null,
            "ms",
            MetricFormula.quantile("latency", new BigDecimal("0.95"), null));
    Directory directory =
        directory(halves("unheard-of", List.of("late"), List.of("late")), new MetricDefined(p95));
    JsonObject results = render(directory, landingPage());
    JsonObject late = results.getJsonArray("metrics").getJsonObject(1);
    assertThat(late.getString("kind")).isEqualTo("quantile");
    assertThat(late.getString("note")).isEqualTo("not_computed");
    assertThat(late.getJsonArray("variants")).isEmpty();
    assertThat(late.getJsonArray("comparisons")).isEmpty();
    assertThat(results.getJsonArray("guardrails").getJsonObject(0).getString("note"))
        .isEqualTo("not_computed");
  }

  @Test
  void the_lag_is_the_time_since_the_view_was_complete() {
    Directory directory = directory(landingPageDesign());
    JsonObject caughtUp = render(directory, landingPage()).getJsonObject("freshness");
    assertThat(caughtUp.getJsonNumber("lag_seconds").bigDecimalValue()).isEqualByComparingTo("0.2");
    JsonObject unknown =
        ResultsView.render(
                directory,
                directory.experiments().get("landing-page"),
                landingPage(),
                ExperimentMemory.EMPTY,
                Optional.empty(),
                new Asked(NOW, Optional.empty()))
            .getJsonObject("freshness");
    assertThat(unknown.getJsonNumber("lag_seconds").bigDecimalValue()).isEqualByComparingTo("1.5");
  }

  @Test
  void a_chi_square_alarm_waits_for_the_end() {
    ExperimentSums uneven =
        sums(HEALTHY, variant("control", 10_000, Map.of()), variant("treatment", 10_500, Map.of()));
    Directory running = directory(landingPageDesign());
    JsonObject srm = render(running, uneven).getJsonObject("srm");
    assertThat(srm.getJsonNumber("p").doubleValue()).isLessThan(0.001);
    assertThat(srm.getJsonNumber("sequential_p").doubleValue()).isGreaterThan(0.001);
    assertThat(srm.getBoolean("alarm")).isFalse();
    Directory ended =
        directory(landingPageDesign(), new ExperimentKilled("landing-page", null, null));
    assertThat(render(ended, uneven).getJsonObject("srm").getBoolean("alarm")).isTrue();
  }

  @Test
  void values_of_a_segment_are_bounded() {
    List<SegmentTotals> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(new SegmentTotals("country", "c" + i, variant("control", 1, Map.of())));
    }
    JsonObject results =
        render(
            directory(landingPageDesign()),
            landingPage(),
            ExperimentMemory.EMPTY,
            Optional.of(new Breakdown("country", many)));
    assertThat(results.getJsonArray("segments")).hasSize(ResultsView.MAX_SEGMENT_VALUES);
    assertThat(results.getBoolean("segments_truncated")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void any_sums_whatever_give_a_document_without_nan(long seed) {
    Random random = new Random(seed);
    ExperimentSums sums =
        sums(
            HEALTHY,
            variant("control", anyCount(random), Map.of("gmv", any(random))),
            variant("treatment", anyCount(random), Map.of("gmv", any(random))),
            variant("stranger", anyCount(random), Map.of("gmv", any(random))));
    JsonObject results =
        render(directory(halves("gmv", List.of("converted"), List.of("gmv", "converted"))), sums);
    assertThat(parse(results.toString())).as("seed %d", seed).isEqualTo(results);
    assertThat(results.toString()).doesNotContain("NaN").doesNotContain("Infinity");
  }

  private static long anyCount(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> 1;
      case 2 -> -random.nextInt(9);
      case 3 -> random.nextLong();
      default -> random.nextInt(1_000_000);
    };
  }

  private static MetricSums any(Random random) {
    return new MetricSums(
        anyCount(random),
        anyDecimal(random),
        anyDecimal(random),
        anyDecimal(random),
        anyDecimal(random),
        anyDecimal(random));
  }

  private static BigDecimal anyDecimal(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> BigDecimal.ZERO;
      case 1 -> BigDecimal.valueOf(random.nextLong(), random.nextInt(18));
      case 2 -> BigDecimal.valueOf(random.nextLong(), -random.nextInt(100));
      default -> BigDecimal.valueOf(random.nextDouble() * 1e6);
    };
  }
}
