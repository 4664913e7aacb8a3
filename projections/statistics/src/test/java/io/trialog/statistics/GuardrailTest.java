package io.trialog.statistics;

import static io.trialog.statistics.Direction.HIGHER_IS_BETTER;
import static io.trialog.statistics.Direction.LOWER_IS_BETTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardrailTest {
  private static final double V_PLAN = GuardrailPlan.plannedV(40_000, 10, 0.5, 0.5);

  private static final GuardrailPlan SALES =
      GuardrailPlan.forMean(HIGHER_IS_BETTER, 0, 0.01, 0.5, 0.5, V_PLAN);

  private static final GuardrailPlan CONVERTED =
      GuardrailPlan.forProportion(HIGHER_IS_BETTER, 0, 0.01, 0.5, 0.5);

  private static final GuardrailPlan ERRORS =
      GuardrailPlan.forProportion(LOWER_IS_BETTER, 0, 0.01, 0.5, 0.5);

  // ---- proportions

  /** The anchor of STATS 4.2. */
  @Test
  void seventeen_converters_against_none_kill() {
    assertThat(state(CONVERTED, Arm.ofEvents(150, 17), Arm.ofEvents(150, 0)))
        .isEqualTo(GuardrailState.KILL);
    assertThat(state(CONVERTED, Arm.ofEvents(150, 16), Arm.ofEvents(150, 0)))
        .isEqualTo(GuardrailState.WATCH);
  }

  @Test
  void seventeen_users_with_errors_against_none_kill() {
    assertThat(state(ERRORS, Arm.ofEvents(150, 0), Arm.ofEvents(150, 17)))
        .isEqualTo(GuardrailState.KILL);
    assertThat(state(ERRORS, Arm.ofEvents(150, 17), Arm.ofEvents(150, 0)))
        .isEqualTo(GuardrailState.SAFE);
  }

  @Test
  void an_arm_that_nobody_entered_decides_nothing() {
    GuardrailReading reading =
        Guardrail.evaluate(CONVERTED, Arm.ofEvents(150, 17), Arm.ofEvents(0, 0));
    assertThat(reading.state()).isEqualTo(GuardrailState.UNDECIDED);
    assertThat(reading.note()).isEqualTo(Note.EMPTY_ARM);
    assertThat(reading.logE()).isEmpty();
    assertThat(reading.alwaysValidP()).isOne();
  }

  @Test
  void no_event_decides_nothing() {
    GuardrailReading reading =
        Guardrail.evaluate(ERRORS, Arm.ofEvents(150, 0), Arm.ofEvents(150, 0));
    assertThat(reading.state()).isEqualTo(GuardrailState.UNDECIDED);
    assertThat(reading.note()).isEqualTo(Note.NO_EVENTS);
  }

  /** 9 : 1 by plan: nine times the events in control are what equal rates look like. */
  @Test
  void unequal_shares_are_not_held_against_an_arm() {
    GuardrailPlan canary = GuardrailPlan.forProportion(HIGHER_IS_BETTER, 0, 0.01, 0.9, 0.1);
    GuardrailReading fair =
        Guardrail.evaluate(canary, Arm.ofEvents(9_000, 900), Arm.ofEvents(1_000, 100));
    assertThat(fair.state()).isEqualTo(GuardrailState.WATCH);
    assertThat(((BetaBinomial) fair.evidence().orElseThrow()).theta0())
        .isCloseTo(0.9, within(1e-15));
    assertThat(state(canary, Arm.ofEvents(9_000, 900), Arm.ofEvents(1_000, 40)))
        .isEqualTo(GuardrailState.KILL);
  }

  @Test
  void harm_inside_the_margin_is_tolerated() {
    GuardrailPlan tolerant = GuardrailPlan.forProportion(LOWER_IS_BETTER, 0.5, 0.01, 0.5, 0.5);
    Arm control = Arm.ofEvents(20_000, 1_000);
    Arm treatment = Arm.ofEvents(20_000, 1_200);
    assertThat(state(ERRORS, control, treatment)).isEqualTo(GuardrailState.KILL);
    assertThat(state(tolerant, control, treatment)).isEqualTo(GuardrailState.SAFE);
  }

  @Test
  void a_count_that_is_no_count_decides_nothing() {
    Arm half = new Arm(Moments.of(100, 10.5, 10.5, 10.5), 11);
    Arm tooMany = new Arm(Moments.of(100, 101, 101, 101), 100);
    assertThat(Guardrail.evaluate(ERRORS, half, half).note()).isEqualTo(Note.INCONSISTENT_SUMS);
    assertThat(Guardrail.evaluate(ERRORS, half, tooMany).note()).isEqualTo(Note.INCONSISTENT_SUMS);
  }

  // ---- means

  @Test
  void a_treatment_that_sells_nothing_is_killed_after_200_orders() {
    GuardrailReading before = Guardrail.evaluate(SALES, sales(3_980, 199, 20), sales(3_980, 0, 0));
    assertThat(before.state()).isEqualTo(GuardrailState.UNDECIDED);
    assertThat(before.note()).isEqualTo(Note.BURN_IN);
    assertThat(before.logE().orElseThrow()).isGreaterThan(before.boundary());
    GuardrailReading after = Guardrail.evaluate(SALES, sales(4_000, 200, 20), sales(4_000, 0, 0));
    assertThat(after.state()).isEqualTo(GuardrailState.KILL);
    assertThat(after.lift()).hasValue(-1);
  }

  @Test
  void the_burn_in_waits_for_the_smaller_arm_by_plan() {
    GuardrailPlan canary = GuardrailPlan.forMean(HIGHER_IS_BETTER, 0, 0.01, 0.9, 0.1, V_PLAN);
    assertThat(Guardrail.evaluate(canary, sales(9_000, 990, 20), sales(1_000, 9, 20)).note())
        .isEqualTo(Note.BURN_IN);
    assertThat(Guardrail.evaluate(canary, sales(9_000, 990, 20), sales(1_000, 10, 20)).state())
        .isEqualTo(GuardrailState.KILL);
  }

  @Test
  void harm_below_the_gate_is_a_warning() {
    Arm control = sales(4_000_000, 2_000_000, 20);
    Arm treatment = sales(4_000_000, 1_985_000, 20);
    GuardrailReading gated = Guardrail.evaluate(SALES, control, treatment);
    assertThat(gated.state()).isEqualTo(GuardrailState.WATCH);
    assertThat(gated.note()).isEqualTo(Note.HARM_BELOW_GATE);
    assertThat(state(SALES.withGate(0.005), control, treatment)).isEqualTo(GuardrailState.KILL);
  }

  @Test
  void equal_arms_are_watched_and_better_ones_are_safe() {
    assertThat(state(SALES, sales(9_000, 900, 20), sales(9_000, 900, 20)))
        .isEqualTo(GuardrailState.WATCH);
    assertThat(state(SALES, sales(9_000, 900, 20), sales(9_000, 1_100, 20)))
        .isEqualTo(GuardrailState.SAFE);
  }

  @Test
  void a_rise_kills_where_lower_is_better_even_from_zero() {
    GuardrailPlan refunds = GuardrailPlan.forMean(LOWER_IS_BETTER, 0, 0.01, 0.5, 0.5, V_PLAN);
    GuardrailReading reading =
        Guardrail.evaluate(refunds, sales(9_000, 0, 0), sales(9_000, 300, 20));
    assertThat(reading.state()).isEqualTo(GuardrailState.KILL);
    assertThat(reading.lift()).isEmpty();
    assertThat(reading.detectableLift()).isEmpty();
    assertThat(reading.harm()).isEqualTo(HarmBounds.NONE);
    assertThat(Guardrail.evaluate(SALES, sales(9_000, 0, 0), sales(9_000, 300, 20)).note())
        .isEqualTo(Note.BASELINE_NOT_POSITIVE);
  }

  @Test
  void the_reading_carries_what_an_auditor_recomputes() {
    GuardrailReading reading =
        Guardrail.evaluate(SALES, sales(9_000, 900, 20), sales(9_100, 850, 20));
    NormalMixture evidence = (NormalMixture) reading.evidence().orElseThrow();
    double sum = 1750 * 20;
    double pooled = (1750 * 400 - sum * sum / 18_100) / 18_099;
    double error = Math.sqrt(pooled * (1 / 9_000.0 + 1 / 9_100.0));
    assertThat(evidence.pooledVariance()).isCloseTo(pooled, within(1e-12));
    assertThat(evidence.standardError()).isCloseTo(error, within(1e-14));
    assertThat(evidence.z()).isCloseTo((2.0 - 17_000 / 9_100.0) / error, within(1e-11));
    assertThat(evidence.v()).isCloseTo(18_100 * error * 18_100 * error, within(1e-6));
    assertThat(evidence.vPlan()).isEqualTo(V_PLAN);
    assertThat(reading.boundary()).isCloseTo(Math.log(100), within(1e-15));
    assertThat(reading.detectableLift().orElseThrow())
        .isCloseTo(evidence.zBoundary(0.01) * error / 2, within(1e-12));
    assertThat(Guardrail.evaluate(SALES, reading.control(), reading.treatment()))
        .isEqualTo(reading);
  }

  // ---- published numbers

  /** STATS 4.1. It prints 3.69 at V_plan/1000 and α 0.01, where the root is 3.6846. */
  @ParameterizedTest(name = "alpha {0}, V = {1} V_plan")
  @CsvSource({
    "0.01, 0.0001, 3.81",
    "0.01, 0.001, 3.685",
    "0.01, 0.01, 3.65",
    "0.01, 0.1, 3.65",
    "0.01, 1, 3.67",
    "0.01, 10, 3.87",
    "0.05, 0.0001, 3.26",
    "0.05, 0.1, 3.11",
    "0.05, 1, 3.17",
    "0.001, 0.0001, 4.45",
    "0.001, 0.1, 4.27",
    "0.00167, 0.0001, 4.31",
    "0.00167, 0.1, 4.14",
  })
  void the_boundary_has_its_published_values(double alpha, double v, double z) {
    assertThat(NormalMixture.zBoundary(alpha, v, 1)).isCloseTo(z, within(0.0051));
  }

  /** STATS 4.5: a 1 % drop with K = 5 at 80 % power and two-sided 5 % asks for 785 k orders. */
  @Test
  void the_fixed_horizon_plan_has_its_published_size() {
    double quantiles = Normal.upperQuantile(0.025) + Normal.upperQuantile(0.2);
    assertThat(2 * 5 * quantiles * quantiles / (0.01 * 0.01)).isCloseTo(785_000, within(500.0));
  }

  // ---- the property that makes it an e-process

  /** ∫ E(z) φ(z) dz = 1 whatever V, by the trapezium rule over z = sinh u: the tail is long. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 1e-3, 0.2, 1, 10})
  void the_mixture_has_mean_one_without_an_effect(double v) {
    double sum = 0;
    for (double u = -12; u <= 12; u += 0.005) {
      double z = Math.sinh(u);
      double density = Math.exp(NormalMixture.logE(z, v, 1) + Normal.logDensity(z));
      sum += 0.005 * Math.cosh(u) * density;
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  @ParameterizedTest
  @CsvSource({"10, 0.5", "17, 0.1", "200, 0.5", "1000, 0.3", "3000, 0.9"})
  void the_exact_test_has_mean_one_without_an_effect(int n, double theta) {
    double sum = 0;
    for (int x = 0; x <= n; x++) {
      double logChoose = -Math.log(n + 1) - Gamma.logBeta(x + 1, n - x + 1);
      double logProbability = logChoose + x * Math.log(theta) + (n - x) * Math.log1p(-theta);
      sum += Math.exp(logProbability + BetaBinomial.logE(x, n, theta));
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  /**
   * The exact probability that a look after every single event ever kills, by carrying the
   * distribution of x forward and taking out what crosses. It must stay below α, and not by much: a
   * boundary that nothing crosses would protect nobody.
   */
  @ParameterizedTest
  @CsvSource({"0.5, 0.05", "0.5, 0.01", "0.25, 0.05", "0.9, 0.01"})
  void the_exact_test_keeps_its_level_over_all_looks(double theta, double alpha) {
    int events = 1_500;
    double[] alive = new double[events + 2];
    alive[0] = 1;
    double killed = 0;
    int boundary = 0;
    for (int n = 1; n <= events; n++) {
      for (int x = n; x >= 0; x--) {
        alive[x] = alive[x] * (1 - theta) + (x > 0 ? alive[x - 1] * theta : 0);
      }
      while (boundary <= n && BetaBinomial.logE(boundary, n, theta) < -Math.log(alpha)) {
        boundary++;
      }
      for (int x = boundary; x <= n; x++) {
        killed += alive[x];
        alive[x] = 0;
      }
    }
    assertThat(killed).isBetween(alpha / 4, alpha);
  }

  // ---- tails

  /** 8.3 and more lie where 1 − Φ is 0 in double arithmetic. */
  @ParameterizedTest
  @ValueSource(doubles = {8.5, 20, 100, 1e4, 1e8})
  void evidence_far_beyond_the_boundary_stays_a_number(double z) {
    assertThat(NormalMixture.logE(z, 1, 1)).isGreaterThan(z * z / 4).isLessThan(z * z / 2);
    assertThat(NormalMixture.logE(-z, 1, 1)).isNegative().isGreaterThan(-z - 40);
  }

  /** STATS 4.2: 0.01 per experiment, half of each share kept for 14 restarts. */
  @Test
  void the_budget_adds_up() {
    KillBudget budget = KillBudget.standard(3, 2);
    assertThat(budget.cumulative()).isCloseTo(0.01 / 12, within(1e-18));
    assertThat(6 * (budget.cumulative() + 14 * budget.perRestart())).isCloseTo(0.01, within(1e-17));
    assertThatIllegalArgumentException().isThrownBy(() -> KillBudget.standard(0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new KillBudget(Double.NaN, 1, 1));
  }

  // ---- bounds

  @ParameterizedTest
  @EnumSource
  void bounds_and_states_tell_one_story(Direction direction) {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long n = random.nextLong(2_000, 100_000);
      double margin = random.nextInt(3) * 0.05;
      GuardrailPlan proportion =
          GuardrailPlan.forProportion(direction, margin, 0.01, 0.5, 0.5).withGate(0);
      GuardrailPlan mean =
          GuardrailPlan.forMean(direction, margin, 0.01, 0.5, 0.5, V_PLAN).withGate(0);
      long base = n / random.nextLong(3, 12);
      long other = Math.round(base * (1 + 0.25 * (random.nextDouble() - 0.5)));
      assertOneStory(
          seed, Guardrail.evaluate(proportion, Arm.ofEvents(n, base), Arm.ofEvents(n, other)));
      assertOneStory(seed, Guardrail.evaluate(mean, sales(n, base, 20), sales(n, other, 20)));
    }
  }

  private static void assertOneStory(int seed, GuardrailReading reading) {
    HarmBounds harm = reading.harm();
    double margin = reading.plan().margin();
    double estimate =
        reading.plan().direction() == HIGHER_IS_BETTER
            ? -reading.lift().orElseThrow()
            : reading.lift().orElseThrow();
    double low = harm.atLeast().orElseThrow();
    double high = harm.atMost().orElseThrow();
    assertThat(estimate).as("seed %d, %s", seed, reading).isBetween(low, high);
    GuardrailState expected =
        low > margin
            ? GuardrailState.KILL
            : high < margin ? GuardrailState.SAFE : GuardrailState.WATCH;
    assertThat(reading.state()).as("seed %d, %s", seed, reading).isEqualTo(expected);
    assertThat(reading.detectableLift()).as("seed %d", seed).isPresent();
  }

  /** With control fixed at its rate, an arm worse by exactly δ_now sits on the boundary. */
  @Test
  void the_detectable_rise_is_at_the_boundary() {
    GuardrailReading reading =
        Guardrail.evaluate(ERRORS, Arm.ofEvents(10_000, 500), Arm.ofEvents(10_000, 500));
    double harm = reading.detectableLift().orElseThrow();
    double onBoundary = 1000 * (1 + harm) / (2 + harm);
    assertThat(BetaBinomial.logE(onBoundary, 1000, 0.5)).isCloseTo(Math.log(100), within(1e-9));
    assertThat(harm).isBetween(0.2, 0.35);
  }

  @Test
  void with_a_handful_of_events_nothing_is_detectable() {
    assertThat(
            Guardrail.evaluate(ERRORS, Arm.ofEvents(99, 3), Arm.ofEvents(99, 3)).detectableLift())
        .isEqualTo(OptionalDouble.empty());
  }

  // ---- plans

  @Test
  void a_plan_without_meaning_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuardrailPlan.forMean(HIGHER_IS_BETTER, 0, 0.01, 0.5, 0.5, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuardrailPlan.forMean(HIGHER_IS_BETTER, 0.95, 0.01, 0.5, 0.5, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuardrailPlan.forProportion(HIGHER_IS_BETTER, 0, Double.NaN, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GuardrailPlan.forProportion(HIGHER_IS_BETTER, 0, 0.01, 1e-7, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> SALES.withGate(-0.1));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new GuardrailPlan(
                MetricKind.MEAN,
                HIGHER_IS_BETTER,
                0,
                0.01,
                0.01,
                1,
                1,
                1,
                GuardrailPlan.BETA_BINOMIAL_1));
  }

  private static GuardrailState state(GuardrailPlan plan, Arm control, Arm treatment) {
    return Guardrail.evaluate(plan, control, treatment).state();
  }

  /** {@code buyers} of {@code n} subjects spent {@code each}. */
  private static Arm sales(long n, long buyers, double each) {
    return new Arm(
        Moments.of(n, buyers * each, buyers * each * each, buyers * each * each * each), buyers);
  }
}
