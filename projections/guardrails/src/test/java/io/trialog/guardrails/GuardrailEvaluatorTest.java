package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.trialog.language.Design;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricFormula;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.measurement.store.MetricSums;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.statistics.GuardrailPlan;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.GuardrailState;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GuardrailEvaluatorTest {
  private static final Design DESIGN = Trials.halves("trial", "gmv");

  private static GuardrailLook look(
      Design design, MetricDefinition metric, ExperimentSums sums, ExperimentMemory memory) {
    Evaluation evaluation = GuardrailEvaluator.evaluate(design, Trials.known(metric), sums, memory);
    assertThat(evaluation.looks()).hasSize(1);
    return evaluation.looks().getFirst();
  }

  private static GuardrailLook look(MetricDefinition metric, ExperimentSums sums) {
    return look(Trials.halves("trial", metric.metric()), metric, sums, ExperimentMemory.EMPTY);
  }

  private static GuardrailPlan plan(GuardrailLook look) {
    return look.reading().orElseThrow().plan();
  }

  @Test
  void a_mean_that_falls_by_far_is_killed() {
    GuardrailLook look = look(Trials.GMV_PLANNED, Trials.harmful("trial"));
    assertThat(look.state()).isEqualTo(GuardrailState.KILL);
    assertThat(look.key()).isEqualTo(new GuardrailKey("gmv", "treatment"));
    assertThat(look.reading().orElseThrow().lift().orElseThrow()).isCloseTo(-0.15, within(1e-9));
    assertThat(look.note()).isEqualTo("none");
  }

  @Test
  void a_metric_that_is_not_computed_is_undecided_and_says_why() {
    MetricDefinition late =
        new MetricDefinition(
            "late",
            "acme/rides",
            "late",
            MetricDefinition.Kind.QUANTILE,
            MetricDefinition.Direction.LOWER_IS_BETTER,
            null,
            null,
            null,
            MetricFormula.quantile("gmv", new BigDecimal("0.95"), null));
    GuardrailLook look = look(late, Trials.harmful("trial"));
    assertThat(look.state()).isEqualTo(GuardrailState.UNDECIDED);
    assertThat(look.note()).isEqualTo(GuardrailLook.NOT_COMPUTED);
  }

  @Test
  void a_mean_that_does_not_fall_is_watched() {
    GuardrailLook look = look(Trials.GMV_PLANNED, Trials.harmless("trial"));
    assertThat(look.state()).isEqualTo(GuardrailState.WATCH);
    assertThat(look.counts()).isTrue();
  }

  @Test
  void conversion_of_the_landing_page_is_watched_not_killed() {
    ExperimentSums sums =
        Trials.sums(
            "trial",
            Trials.ofEvents("control", "converted", 28_792, 3_509),
            Trials.ofEvents("treatment", "converted", 28_817, 3_431));
    Evaluation evaluation =
        GuardrailEvaluator.evaluate(
            Trials.halves("trial", "converted"),
            Trials.known(Trials.CONVERTED),
            sums,
            ExperimentMemory.EMPTY);
    GuardrailReading reading = evaluation.looks().getFirst().reading().orElseThrow();
    assertThat(reading.state()).isEqualTo(GuardrailState.WATCH);
    assertThat(reading.logE().orElseThrow()).isLessThan(reading.boundary());
    assertThat(evaluation.looks().getFirst().sdSource()).isEqualTo(SdSource.NOT_NEEDED);
    assertThat(evaluation.sampleRatio().orElseThrow().reading().sequentialP()).isEqualTo(1);
  }

  @Test
  void errors_in_treatment_alone_are_killed_though_no_relative_lift_exists() {
    GuardrailLook look =
        look(
            Trials.FAILED,
            Trials.sums(
                "trial",
                Trials.ofEvents("control", "failed", 1_000, 0),
                Trials.ofEvents("treatment", "failed", 1_000, 30)));
    assertThat(look.state()).isEqualTo(GuardrailState.KILL);
    assertThat(look.reading().orElseThrow().lift()).isEmpty();
  }

  @Test
  void the_plan_comes_from_the_design_and_the_typical_deviation() {
    GuardrailPlan plan = plan(look(Trials.GMV_PLANNED, Trials.harmless("trial")));
    // 100,000 subjects, variance 400, 1/0.5 + 1/0.5.
    assertThat(plan.vPlan()).isCloseTo(100_000 * 400.0 * 4, within(1e-3));
    assertThat(plan.alpha()).isEqualTo(0.005);
    assertThat(plan.shareOfControl()).isEqualTo(0.5);
  }

  @Test
  void each_treatment_of_three_arms_is_compared_with_a_part_of_the_budget() {
    Design design = Trials.design("trial", "gmv", "red", "0.2", "control", "0.5", "green", "0.3");
    ExperimentSums sums =
        Trials.sums(
            "trial",
            Trials.ofMean("control", "gmv", 50_000, 10, 20),
            Trials.ofMean("green", "gmv", 30_000, 10, 20),
            Trials.ofMean("red", "gmv", 20_000, 8, 20));
    Evaluation evaluation =
        GuardrailEvaluator.evaluate(
            design, Trials.known(Trials.GMV_PLANNED), sums, ExperimentMemory.EMPTY);
    assertThat(evaluation.looks())
        .extracting(look -> look.key().variant())
        .containsExactly("red", "green");
    assertThat(evaluation.looks())
        .extracting(GuardrailLook::state)
        .containsExactly(GuardrailState.KILL, GuardrailState.WATCH);
    assertThat(evaluation.looks()).allSatisfy(l -> assertThat(plan(l).alpha()).isEqualTo(0.0025));
    // 70,000 of the planned subjects are in red and control; π = 2/7 and 5/7.
    assertThat(plan(evaluation.looks().getFirst()).vPlan())
        .isCloseTo(70_000 * 400 * (7 / 2.0 + 7 / 5.0), within(1e-3));
    assertThat(evaluation.sampleRatio().orElseThrow().reading().chiSquare()).isEqualTo(0);
  }

  @Test
  void a_deviation_is_frozen_at_the_first_look_past_the_burn_in_and_kept() {
    ExperimentSums early =
        Trials.sums(
            "trial",
            Trials.ofMean("control", "gmv", 300, 10, 20),
            Trials.ofMean("treatment", "gmv", 300, 10, 20));
    GuardrailLook burning = look(Trials.GMV, early);
    assertThat(burning.sdSource()).isEqualTo(SdSource.NOT_FROZEN_YET);
    assertThat(burning.counts()).isFalse();
    assertThat(burning.state()).isEqualTo(GuardrailState.UNDECIDED);

    GuardrailLook first = look(Trials.GMV, Trials.harmless("trial"));
    assertThat(first.sdSource()).isEqualTo(SdSource.FROZEN_FROM_LIVE_DATA);
    double sd = first.sd().orElseThrow().doubleValue();
    assertThat(sd).isCloseTo(20, within(0.01));
    assertThat(plan(first).vPlan()).isEqualTo(GuardrailPlan.plannedV(100_000, sd, 0.5, 0.5));

    ExperimentMemory memory =
        ExperimentMemory.EMPTY.after(
            new Evaluation(java.util.List.of(burning), java.util.Optional.empty()), Trials.NOW);
    assertThat(memory).isEqualTo(ExperimentMemory.EMPTY);
    memory =
        memory.after(
            new Evaluation(java.util.List.of(first), java.util.Optional.empty()), Trials.NOW);
    ExperimentSums wilder =
        Trials.sums(
            "trial",
            Trials.ofMean("control", "gmv", 40_000, 10, 60),
            Trials.ofMean("treatment", "gmv", 40_000, 10, 60));
    GuardrailLook later = look(DESIGN, Trials.GMV, wilder, memory);
    assertThat(later.sd()).isEqualTo(first.sd());
    assertThat(plan(later)).isEqualTo(plan(first));
  }

  @Test
  void epochs_of_a_variant_are_added() {
    VariantTotals one = Trials.ofEvents("control", "failed", 100, 3);
    VariantTotals two = new VariantTotals(1, "control", 50, Map.of());
    VariantTotals other = Trials.ofEvents("treatment", "failed", 150, 4);
    GuardrailLook look = look(Trials.FAILED, Trials.sums("trial", one, two, other));
    assertThat(look.reading().orElseThrow().control().n()).isEqualTo(150);
    assertThat(look.reading().orElseThrow().control().withOutcome()).isEqualTo(3);
  }

  @Test
  void nothing_known_is_undecided_and_says_why() {
    GuardrailLook empty = look(Trials.GMV, Trials.sums("trial"));
    assertThat(empty.state()).isEqualTo(GuardrailState.UNDECIDED);
    assertThat(empty.note()).isEqualTo("empty_arm");
    assertThat(empty.sdSource()).isEqualTo(SdSource.NOT_FROZEN_YET);

    Evaluation unknown =
        GuardrailEvaluator.evaluate(
            DESIGN, Map.of(), Trials.harmful("trial"), ExperimentMemory.EMPTY);
    assertThat(unknown.looks().getFirst().note()).isEqualTo(GuardrailLook.UNKNOWN_METRIC);
    assertThat(unknown.looks().getFirst().state()).isEqualTo(GuardrailState.UNDECIDED);
  }

  @Test
  void what_cannot_be_planned_or_be_true_is_undecided_and_says_why() {
    Design noShare =
        Trials.design("trial", "gmv", "control", "0.5", "treatment", "0", "other", "0.5");
    Evaluation refused =
        GuardrailEvaluator.evaluate(
            noShare,
            Trials.known(Trials.GMV_PLANNED),
            Trials.harmful("trial"),
            ExperimentMemory.EMPTY);
    assertThat(refused.looks())
        .extracting(GuardrailLook::note)
        .containsExactly(GuardrailLook.PLAN_REFUSED, "empty_arm");

    BigDecimal minus = BigDecimal.valueOf(-1);
    VariantTotals negative =
        new VariantTotals(
            0, "control", -4, Map.of("gmv", new MetricSums(-1, minus, minus, minus, minus, minus)));
    Evaluation impossible =
        GuardrailEvaluator.evaluate(
            DESIGN,
            Trials.known(Trials.GMV),
            Trials.sums("trial", negative),
            ExperimentMemory.EMPTY);
    assertThat(impossible.looks().getFirst().note()).isEqualTo("inconsistent_sums");
    assertThat(impossible.sampleRatio()).isEmpty();
  }

  @Test
  void sizes_that_were_not_promised_raise_an_alarm_that_stays() {
    Evaluation uneven =
        GuardrailEvaluator.evaluate(
            DESIGN,
            Trials.known(Trials.GMV),
            Trials.sums(
                "trial",
                Trials.ofMean("control", "gmv", 20_000, 10, 20),
                Trials.ofMean("treatment", "gmv", 21_000, 10, 20)),
            ExperimentMemory.EMPTY);
    ExperimentMemory alarmed = ExperimentMemory.EMPTY.after(uneven, Trials.NOW);
    assertThat(alarmed.isSampleRatioAlarm()).isTrue();
    Evaluation even =
        GuardrailEvaluator.evaluate(
            DESIGN, Trials.known(Trials.GMV), Trials.harmless("trial"), alarmed);
    assertThat(even.sampleRatio().orElseThrow().reading().sequentialP()).isEqualTo(1);
    assertThat(alarmed.after(even, Trials.NOW).isSampleRatioAlarm()).isTrue();
  }
}
