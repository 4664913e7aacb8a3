package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Design;
import io.trialog.language.GuardrailReport;
import io.trialog.language.GuardrailState;
import io.trialog.measurement.store.ExperimentSums;
import io.trialog.statistics.GuardrailReading;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which looks become events. */
class ReportingTest {
  private static final Design DESIGN =
      Trials.design("trial", "gmv", "0.05", false, "control", "0.5", "treatment", "0.5");
  private static final GuardrailKey KEY = new GuardrailKey("gmv", "treatment");
  private static final Duration SOON = Duration.ofSeconds(20);

  private GuardrailMemory memory = GuardrailMemory.EMPTY;
  private Instant now = Trials.NOW;
  private int epoch;
  private List<Long> awaited = List.of();
  private final List<GuardrailReport> reports = new ArrayList<>();

  /** The control has mean 10 and standard deviation 20; so has the treatment, but for its mean. */
  private static GuardrailLook at(long subjects, double mean) {
    ExperimentSums sums =
        Trials.sums(
            "trial",
            Trials.ofMean("control", "gmv", subjects, 10, 20),
            Trials.ofMean("treatment", "gmv", subjects, mean, 20));
    return GuardrailEvaluator.evaluate(
            DESIGN, Trials.known(Trials.GMV_PLANNED), sums, ExperimentMemory.EMPTY)
        .looks()
        .getFirst();
  }

  private Optional<GuardrailReport> look(long subjects, double mean) {
    return look(at(subjects, mean));
  }

  private Optional<GuardrailReport> look(GuardrailLook look) {
    memory = memory.after(look, now);
    Optional<GuardrailReport> report = new Reporting("trial", epoch, awaited, now).of(look, memory);
    report.ifPresent(each -> {
      memory = memory.reported(each);
      reports.add(each);
    });
    return report;
  }

  private List<GuardrailState> states() {
    return reports.stream().map(GuardrailReport::state).toList();
  }

  private void after(Duration time) {
    now = now.plus(time);
  }

  @Test
  void before_anybody_was_there_nothing_is_told() {
    assertThat(look(0, 10)).isEmpty();
    assertThat(look(100, 10)).isEmpty();
  }

  @Test
  void the_first_look_with_evidence_is_told_and_the_same_again_is_not() {
    GuardrailReport first = look(1_000, 10).orElseThrow();
    assertThat(first.state()).isEqualTo(GuardrailState.WATCH);
    assertThat(first.controlSubjects()).isEqualTo(1_000);
    assertThat(first.margin()).isEqualByComparingTo("0.05");
    assertThat(first.policyVersion()).isEqualTo("guardrail/1");
    for (int i = 0; i < 1_000; i++) {
      after(Duration.ofSeconds(10));
      assertThat(look(1_001, 10)).isEmpty();
    }
  }

  @Test
  void safe_is_told_as_soon_as_the_upper_bound_of_harm_is_below_the_margin() {
    look(20_000, 10);
    after(Duration.ofSeconds(1));
    GuardrailReport safe = look(20_000, 12).orElseThrow();
    assertThat(safe.state()).isEqualTo(GuardrailState.SAFE);
    assertThat(safe.harmAtMost()).isLessThan(new BigDecimal("0.05"));
  }

  @Test
  void a_state_that_flips_and_flips_back_within_the_minute_leaves_nothing() {
    look(20_000, 12);
    after(SOON);
    assertThat(look(20_000, 9)).isEmpty();
    after(SOON);
    assertThat(look(20_000, 12)).isEmpty();
    after(Reporting.DWELL);
    assertThat(look(20_000, 12)).isEmpty();
    assertThat(states()).containsExactly(GuardrailState.SAFE);
  }

  @Test
  void a_state_that_stays_flipped_is_told_when_the_minute_is_over() {
    look(20_000, 12);
    after(Reporting.DWELL.minusMillis(1));
    assertThat(look(20_000, 9)).isEmpty();
    after(Duration.ofMillis(1));
    assertThat(look(20_000, 9)).isPresent();
    assertThat(states()).containsExactly(GuardrailState.SAFE, GuardrailState.WATCH);
  }

  @Test
  void safe_stays_until_its_evidence_is_below_half_of_the_boundary() {
    GuardrailReading wobble = at(20_000, 10.2).reading().orElseThrow();
    assertThat(wobble.evidence().orElseThrow().logESafe())
        .as("between half of the boundary and the boundary")
        .isBetween(wobble.boundary() / 2, wobble.boundary());
    assertThat(look(20_000, 10.2))
        .get()
        .extracting(GuardrailReport::state)
        .isEqualTo(GuardrailState.WATCH);
    after(Reporting.DWELL);
    look(20_000, 12);
    after(Reporting.DWELL);
    assertThat(look(20_000, 10.2)).as("what does not make safe does not end it").isEmpty();
    after(Reporting.DWELL);
    assertThat(look(20_000, 9.9))
        .get()
        .extracting(GuardrailReport::state)
        .isEqualTo(GuardrailState.WATCH);
  }

  @Test
  void a_new_epoch_begins_anew_and_a_breach_is_told_there_too() {
    look(20_000, 12);
    epoch = 1;
    assertThat(look(1_000, 12))
        .get()
        .extracting(GuardrailReport::state)
        .isEqualTo(GuardrailState.WATCH);
    assertThat(reports.getLast().epoch()).isEqualTo(1);
    memory = memory.withVerdict("verdict-1");
    look(20_000, 8);
    epoch = 2;
    look(100, 8);
    assertThat(states())
        .containsExactly(
            GuardrailState.SAFE,
            GuardrailState.WATCH,
            GuardrailState.BREACHED,
            GuardrailState.BREACHED);
  }

  @Test
  void a_breach_waits_for_nothing_and_ends_the_telling() {
    look(20_000, 12);
    memory = memory.withVerdict("verdict-1");
    assertThat(look(20_000, 8)).isPresent();
    after(Duration.ofDays(1));
    assertThat(look(2_000_000, 12)).isEmpty();
    assertThat(states()).containsExactly(GuardrailState.SAFE, GuardrailState.BREACHED);
  }

  @Test
  void the_smaller_arm_is_told_at_each_power_of_two_and_not_between() {
    for (long n = 1; n <= 1_000_000; n += Math.max(1, n / 50)) {
      look(n, 10);
      after(Duration.ofMillis(1));
    }
    assertThat(reports).hasSizeBetween(13, 15);
    for (int i = 1; i < reports.size(); i++) {
      assertThat(reports.get(i).variantSubjects())
          .isBetween(128L << (i - 1), (128L << (i + 1)) * 51 / 50);
    }
  }

  @Test
  void a_size_that_a_step_waits_for_is_told_exactly_then() {
    awaited = List.of(0L, 50L, 1_100L);
    assertThat(look(49, 10)).isEmpty();
    assertThat(look(50, 10)).isPresent();
    look(1_024, 10);
    assertThat(look(1_099, 10)).isEmpty();
    assertThat(look(1_101, 10)).isPresent();
    assertThat(look(1_102, 10)).isEmpty();
  }

  @Test
  void a_state_waits_for_its_minute_when_a_size_is_told_before() {
    look(20_000, 12);
    after(SOON);
    GuardrailReport grown = look(40_000, 9).orElseThrow();
    assertThat(grown.state()).isEqualTo(GuardrailState.SAFE);
    assertThat(grown.variantSubjects()).isEqualTo(40_000);
    after(Reporting.DWELL);
    assertThat(look(40_000, 9))
        .get()
        .extracting(GuardrailReport::state)
        .isEqualTo(GuardrailState.WATCH);
  }

  @Test
  void looks_without_evidence_change_no_state() {
    look(20_000, 12);
    after(Duration.ofDays(1));
    GuardrailLook damaged =
        GuardrailEvaluator.evaluate(
                DESIGN,
                Trials.known(Trials.GMV_PLANNED),
                Trials.sums("trial", Trials.ofMean("control", "gmv", 20_000, 10, 20)),
                ExperimentMemory.EMPTY)
            .looks()
            .getFirst();
    assertThat(damaged.counts()).isFalse();
    assertThat(look(damaged)).isEmpty();
    GuardrailLook unknown =
        GuardrailEvaluator.evaluate(
                DESIGN, Map.of(), Trials.better("trial"), ExperimentMemory.EMPTY)
            .looks()
            .getFirst();
    assertThat(look(unknown)).isEmpty();
  }

  @Test
  void time_of_one_guardrail_only_goes_forward_though_the_clock_goes_back() {
    look(1_000, 10);
    after(Duration.ofHours(-1));
    look(10_000, 10);
    look(100_000, 10);
    assertThat(reports)
        .extracting(GuardrailReport::evaluatedAt)
        .isSortedAccordingTo(java.util.Comparator.naturalOrder())
        .doesNotHaveDuplicates();
    assertThat(reports).extracting(GuardrailReport::report).doesNotHaveDuplicates();
    assertThat(KEY.metric()).isEqualTo(reports.getFirst().metric());
  }
}
