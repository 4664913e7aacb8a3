package io.trialog.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiftTest {

  @Test
  void the_landing_page_shows_no_effect() {
    Lift.Interval lift = interval(Moments.ofOnes(28_792, 3_509), Moments.ofOnes(28_817, 3_431));
    assertThat(lift.estimate()).isCloseTo(3431.0 / 28817 / (3509.0 / 28792) - 1, within(1e-14));
    assertThat(lift.low()).isNegative();
    assertThat(lift.high()).isPositive();
    assertThat(lift.method()).isEqualTo(Lift.Method.WELCH_DELTA);
    assertThat(lift.note()).isEqualTo(Note.NONE);
  }

  /** gbstats 0.8.0, TestTwoSidedTTest: lift 0.70732, interval (−0.03526, 1.44989). */
  @Test
  void the_delta_interval_is_that_of_gbstats() {
    Moments control = Moments.of(3_407, 1_396.87, 52_377.9767, 0);
    Moments treatment = Moments.of(3_461, 2_422.7, 134_698.29, 0);
    Lift.Interval lift =
        (Lift.Interval) LiftInterval.interval(control, treatment, 0.95, Lift.Method.WELCH_DELTA);
    assertThat(lift.estimate()).isCloseTo(0.70732, within(5e-6));
    assertThat(lift.low()).isCloseTo(-0.03526, within(5e-6));
    assertThat(lift.high()).isCloseTo(1.44989, within(5e-6));
  }

  /** The control's relative standard error is 16 %, so the linearised interval is not used. */
  @Test
  void an_uncertain_baseline_gets_fiellers_interval() {
    Lift.Interval lift =
        interval(
            Moments.of(3_407, 1_396.87, 52_377.9767, 0), Moments.of(3_461, 2_422.7, 134_698.29, 0));
    assertThat(lift.method()).isEqualTo(Lift.Method.FIELLER);
    assertThat(lift.high() - lift.estimate()).isGreaterThan(lift.estimate() - lift.low());
  }

  @Test
  void a_baseline_that_may_be_zero_has_no_bounded_interval() {
    assertThat(Lift.between(Moments.of(100, 10, 100, 0), Moments.of(100, 10, 100, 0), 0.95))
        .isInstanceOfSatisfying(
            Lift.NoInference.class,
            none -> {
              assertThat(none.note()).isEqualTo(Note.BASELINE_TOO_UNCERTAIN);
              assertThat(none.point()).hasValue(0);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 100, 10, 10, EMPTY_ARM, false",
    "100, 10, 10, 0, 0, 0, EMPTY_ARM, false",
    "0, 0, 0, 0, 0, 0, EMPTY_ARM, false",
    "1, 2, 4, 100, 10, 10, TOO_FEW_SUBJECTS, true",
    "100, 10, 10, 1, 2, 4, TOO_FEW_SUBJECTS, true",
    "100, 0, 0, 100, 10, 10, BASELINE_NOT_POSITIVE, false",
    "100, -10, 10, 100, 10, 10, BASELINE_NOT_POSITIVE, false",
    "100, 100, 100, 100, 10, 10, ZERO_VARIANCE, true",
    "100, 10, 10, 100, 0, 0, ZERO_VARIANCE, true",
    "100, 10, 0.5, 100, 10, 10, INCONSISTENT_SUMS, false",
    "0, 10, 10, 100, 10, 10, INCONSISTENT_SUMS, false",
  })
  void without_a_basis_there_is_a_reason_and_no_interval(
      long controlN,
      double controlSum,
      double controlSquares,
      long treatmentN,
      double treatmentSum,
      double treatmentSquares,
      Note note,
      boolean estimated) {
    Lift lift =
        Lift.between(
            Moments.of(controlN, controlSum, controlSquares, 0),
            Moments.of(treatmentN, treatmentSum, treatmentSquares, 0),
            0.95);
    assertThat(lift).isInstanceOf(Lift.NoInference.class);
    assertThat(lift.note()).isEqualTo(note);
    assertThat(lift.point().isPresent()).isEqualTo(estimated);
  }

  /** 6 of 1,000: skewness 12.8, which asks for 58,000 subjects. */
  @Test
  void a_skewed_metric_with_few_subjects_carries_a_reserve() {
    assertThat(Lift.between(Moments.ofOnes(1000, 6), Moments.ofOnes(1000, 6), 0.5).note())
        .isEqualTo(Note.NOT_ENOUGH_DATA);
  }

  /** Coverage of the 90 % interval over 1,000 repetitions: 90 % ± 4 standard deviations. */
  @ParameterizedTest(name = "seed {0}, baseline {1}, treatment {2}")
  @CsvSource({"1, 0.3, 0.33", "2, 0.05, 0.04"})
  void the_interval_covers_the_truth_as_often_as_it_says(long seed, double p, double q) {
    SplittableRandom random = new SplittableRandom(seed);
    int covered = 0;
    for (int i = 0; i < 1_000; i++) {
      Lift lift = Lift.between(binomial(random, 1_500, p), binomial(random, 1_500, q), 0.9);
      if (lift instanceof Lift.Interval found
          && found.low() <= q / p - 1
          && q / p - 1 <= found.high()) {
        covered++;
      }
    }
    assertThat(covered).isBetween(862, 938);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -1, Double.NaN})
  void a_confidence_outside_of_0_to_1_is_refused(double confidence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Lift.between(Moments.ofOnes(9, 3), Moments.ofOnes(9, 3), confidence));
  }

  private static Lift.Interval interval(Moments control, Moments treatment) {
    return (Lift.Interval) Lift.between(control, treatment, 0.95);
  }

  private static Moments binomial(SplittableRandom random, int n, double p) {
    int ones = 0;
    for (int i = 0; i < n; i++) {
      ones += random.nextDouble() < p ? 1 : 0;
    }
    return Moments.ofOnes(n, ones);
  }
}
