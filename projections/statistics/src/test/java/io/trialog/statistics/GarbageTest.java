package io.trialog.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever sums arrive, the answer is a number or a stated absence. */
class GarbageTest {
  private static final double[] NUMBERS = {
    0,
    0,
    1,
    1,
    -1,
    2,
    17,
    0.5,
    100,
    1e3,
    12_345.678,
    -1e3,
    1e6,
    1e9,
    1e18,
    1e30,
    1e60,
    -1e60,
    1e-6,
    1e-60
  };
  private static final long[] COUNTS = {
    0, 1, 2, 3, 10, 17, 150, 1_000, 28_792, 1_000_000, 100_000_000L, 1_000_000_000_000L
  };
  private static final double[] SHARES = {0.5, 0.5, 1, 0.01, 0.99, 2_500, 0.003};
  private static final double[] V_PLANS = {1, 1e-300, 1e300, 3.5e6};

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {51, 52, 53, 54})
  void no_input_gives_a_nan(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 1_000; i++) {
      Arm control = arm(random);
      Arm treatment = arm(random);
      checkLift(Lift.between(control.moments(), treatment.moments(), 0.95));
      checkReading(Guardrail.evaluate(meanPlan(random), control, treatment));
      checkReading(
          Guardrail.evaluate(
              meanPlan(random).withGate(0), possibleArm(random), possibleArm(random)));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {61, 62})
  void no_counts_give_a_nan(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 100; i++) {
      GuardrailPlan plan =
          GuardrailPlan.forProportion(
              direction(random), margin(random), 0.005, share(random), share(random));
      checkReading(Guardrail.evaluate(plan, arm(random), arm(random)));
      checkReading(Guardrail.evaluate(plan, counts(random), counts(random)));
      SampleRatio.Reading ratio =
          SampleRatio.read(
              List.of(
                  new SampleRatio.Cell(count(random), share(random)),
                  new SampleRatio.Cell(count(random), share(random)),
                  new SampleRatio.Cell(count(random), share(random))));
      assertThat(ratio.logBayesFactor()).isFinite();
      assertThat(ratio.chiSquare()).isFinite();
      assertThat(ratio.sequentialP()).isBetween(0.0, 1.0);
      assertThat(ratio.chiSquareP()).isBetween(0.0, 1.0);
    }
  }

  private static void checkLift(Lift lift) {
    lift.point().ifPresent(point -> assertThat(point).as("%s", lift).isFinite());
    if (lift instanceof Lift.Interval interval) {
      assertThat(interval.estimate()).as("%s", lift).isBetween(interval.low(), interval.high());
      assertThat(interval.degreesOfFreedom()).as("%s", lift).isGreaterThan(0.9).isFinite();
    } else {
      assertThat(lift.note()).isNotEqualTo(Note.NONE);
    }
  }

  private static void checkReading(GuardrailReading reading) {
    for (OptionalDouble number :
        List.of(
            reading.logE(),
            reading.lift(),
            reading.detectableLift(),
            reading.harm().atLeast(),
            reading.harm().atMost())) {
      number.ifPresent(value -> assertThat(value).as("%s", reading).isFinite());
    }
    assertThat(reading.alwaysValidP()).as("%s", reading).isBetween(0.0, 1.0);
    assertThat(reading.evidence().isEmpty())
        .as("%s", reading)
        .isEqualTo(reading.state() == GuardrailState.UNDECIDED && reading.note() != Note.BURN_IN);
  }

  private static Arm arm(SplittableRandom random) {
    return new Arm(
        Moments.of(count(random), number(random), number(random), number(random)), count(random));
  }

  /** Sums that pass Cauchy–Schwarz, of any size. */
  private static Arm possibleArm(SplittableRandom random) {
    long n = Math.max(1, count(random));
    double mean = number(random);
    mean = Math.abs(mean) > 1e30 ? 1e30 : Math.abs(mean) < 1e-6 ? 1e-12 : mean;
    return new Arm(
        Moments.of(n, n * mean, n * mean * mean * (1 + random.nextDouble()), 0),
        random.nextLong(n + 1));
  }

  private static Arm counts(SplittableRandom random) {
    long n = Math.min(100_000_000L, count(random));
    return Arm.ofEvents(n, random.nextInt(4) == 0 ? n : random.nextLong(n + 1));
  }

  private static GuardrailPlan meanPlan(SplittableRandom random) {
    return GuardrailPlan.forMean(
        direction(random),
        margin(random),
        0.005,
        share(random),
        share(random),
        V_PLANS[random.nextInt(V_PLANS.length)]);
  }

  private static Direction direction(SplittableRandom random) {
    return random.nextBoolean() ? Direction.HIGHER_IS_BETTER : Direction.LOWER_IS_BETTER;
  }

  private static double margin(SplittableRandom random) {
    return random.nextInt(3) * 0.45;
  }

  private static long count(SplittableRandom random) {
    return COUNTS[random.nextInt(COUNTS.length)];
  }

  private static double number(SplittableRandom random) {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private static double share(SplittableRandom random) {
    return SHARES[random.nextInt(SHARES.length)];
  }
}
