package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.Design;
import io.trialog.language.KillEvidence;
import io.trialog.language.MetricDefinition;
import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.GuardrailState;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kill can be decided again from its record alone. */
class GuardrailEvidenceTest {

  private static GuardrailLook look(MetricDefinition metric, ExperimentSums sums) {
    return look(Trials.halves("trial", metric.metric()), metric, sums);
  }

  private static GuardrailLook look(Design design, MetricDefinition metric, ExperimentSums sums) {
    return GuardrailEvaluator.evaluate(design, Trials.known(metric), sums, ExperimentMemory.EMPTY)
        .looks()
        .getFirst();
  }

  /** As an auditor reads it: out of the bytes on the topic. */
  private static KillEvidence read(GuardrailLook look) {
    Verdict verdict =
        new Verdict("trial", GuardrailEvidence.of("verdict-1", look, true, Trials.NOW));
    Verdict read = JsonCodec.decode(JsonCodec.encode(verdict), Verdict.class);
    assertThat(read).isEqualTo(verdict);
    return read.evidence();
  }

  private static void assertRecomputed(GuardrailLook look) {
    KillEvidence evidence = read(look);
    GuardrailReading again = GuardrailEvidence.recompute(evidence);
    assertThat(again).isEqualTo(look.reading().orElseThrow());
    assertThat(again.logE().orElseThrow()).isEqualTo(evidence.logE().doubleValue());
    assertThat(again.boundary()).isEqualTo(evidence.boundary().doubleValue());
  }

  @Test
  void a_kill_on_a_mean_is_recomputed_to_the_last_bit() {
    GuardrailLook look = look(Trials.GMV, Trials.harmful("trial"));
    assertThat(look.state()).isEqualTo(GuardrailState.KILL);
    assertRecomputed(look);
    KillEvidence evidence = read(look);
    assertThat(evidence.method()).isEqualTo("normal-mixture-5/1");
    assertThat(evidence.policyVersion()).isEqualTo("guardrail/1");
    assertThat(evidence.kind()).isEqualTo("mean");
    assertThat(evidence.direction()).isEqualTo("higher_is_better");
    assertThat(evidence.controlSums().sum()).isEqualByComparingTo("200000");
    assertThat(evidence.lift().doubleValue()).isEqualTo(8.5 / 10 - 1);
    assertThat(evidence.sampleRatioMismatch()).isTrue();
    assertThat(evidence.evaluatedAt()).isEqualTo(Trials.NOW);
  }

  @Test
  void a_kill_on_a_proportion_is_recomputed_to_the_last_bit_even_without_a_lift() {
    GuardrailLook look =
        look(
            Trials.FAILED,
            Trials.sums(
                "trial",
                Trials.ofEvents("control", "failed", 1_000, 0),
                Trials.ofEvents("treatment", "failed", 1_000, 30)));
    assertThat(look.state()).isEqualTo(GuardrailState.KILL);
    assertRecomputed(look);
    assertThat(read(look).lift()).isNull();
    assertThat(read(look).vPlan().signum()).isZero();
    // 30 of 30 where 15 were expected: 15 / sqrt(30/4).
    assertThat(read(look).z().doubleValue()).isEqualTo(15 / Math.sqrt(7.5));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void every_look_with_evidence_survives_its_record(long seed) {
    Random random = new Random(seed);
    double share = 0.05 + random.nextInt(90) / 100.0;
    Design design =
        Trials.design(
            "trial",
            "gmv",
            Double.toString(random.nextInt(90) / 100.0),
            false,
            "control",
            Double.toString(share),
            "treatment",
            java.math.BigDecimal.ONE
                .subtract(new java.math.BigDecimal(Double.toString(share)))
                .toPlainString());
    double mean = random.nextDouble() * 1e4;
    GuardrailLook look =
        look(
            design,
            Trials.GMV,
            Trials.sums(
                "trial",
                Trials.ofMean("control", "gmv", 2_000 + random.nextInt(9_999), mean, mean * 2),
                Trials.ofMean(
                    "treatment",
                    "gmv",
                    2_000 + random.nextInt(9_999),
                    mean * random.nextDouble(),
                    mean * 3)));
    assertThat(look.counts()).as("seed %d", seed).isTrue();
    assertRecomputed(look);
  }

  @Test
  void a_changed_sum_or_limit_changes_what_is_recomputed() {
    KillEvidence e = read(look(Trials.GMV_PLANNED, Trials.harmful("trial")));
    KillEvidence forged =
        new KillEvidence(
            e.verdictId(),
            e.policyVersion(),
            e.method(),
            e.metric(),
            e.kind(),
            e.direction(),
            e.variant(),
            e.control(),
            e.controlSums(),
            e.controlSums(),
            e.controlShare(),
            e.variantShare(),
            e.margin(),
            e.gate(),
            e.alpha(),
            e.z(),
            e.v(),
            e.vPlan(),
            e.logE(),
            e.boundary(),
            e.lift(),
            e.sampleRatioMismatch(),
            e.evaluatedAt());
    GuardrailReading again = GuardrailEvidence.recompute(forged);
    assertThat(again.state()).isNotEqualTo(GuardrailState.KILL);
    assertThat(again.logE().orElseThrow()).isNotEqualTo(e.logE().doubleValue());
  }

  @Test
  void a_method_of_another_version_is_refused_not_guessed() {
    KillEvidence e = read(look(Trials.GMV_PLANNED, Trials.harmful("trial")));
    KillEvidence other =
        new KillEvidence(
            e.verdictId(),
            e.policyVersion(),
            "normal-mixture-5/2",
            e.metric(),
            e.kind(),
            e.direction(),
            e.variant(),
            e.control(),
            e.controlSums(),
            e.variantSums(),
            e.controlShare(),
            e.variantShare(),
            e.margin(),
            e.gate(),
            e.alpha(),
            e.z(),
            e.v(),
            e.vPlan(),
            e.logE(),
            e.boundary(),
            e.lift(),
            e.sampleRatioMismatch(),
            e.evaluatedAt());
    assertThatThrownBy(() -> GuardrailEvidence.recompute(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("normal-mixture-5/2");
  }

  @Test
  void a_look_without_evidence_has_no_record() {
    GuardrailLook look = look(Trials.GMV, Trials.sums("trial"));
    assertThatThrownBy(() -> GuardrailEvidence.of("verdict-1", look, false, Trials.NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
