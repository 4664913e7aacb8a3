package io.trialog.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleRatioTest {

  @Test
  void arms_as_planned_raise_no_alarm() {
    SampleRatio.Reading reading = read(28_817, 28_792);
    assertThat(reading.expected()).containsExactly(28_804.5, 28_804.5);
    assertThat(reading.sequentialP()).isEqualTo(1);
    assertThat(reading.degreesOfFreedom()).isOne();
    assertThat(reading.chiSquareP()).isGreaterThan(0.9);
  }

  @Test
  void a_lost_tenth_raises_both_alarms() {
    SampleRatio.Reading reading = read(10_000, 9_000);
    assertThat(reading.sequentialP()).isLessThan(SampleRatio.ALARM_BELOW);
    assertThat(reading.chiSquareP()).isLessThan(SampleRatio.ALARM_BELOW);
  }

  @Test
  void nobody_is_no_evidence() {
    SampleRatio.Reading reading = read(0, 0);
    assertThat(reading.logBayesFactor()).isCloseTo(0, within(1e-9));
    assertThat(reading.sequentialP()).isCloseTo(1, within(1e-9));
    assertThat(reading.chiSquareP()).isEqualTo(1);
  }

  @Test
  void shares_may_come_in_any_unit() {
    assertThat(
            SampleRatio.read(
                    List.of(new SampleRatio.Cell(410, 2_500), new SampleRatio.Cell(90, 500)))
                .chiSquareP())
        .isCloseTo(
            SampleRatio.read(
                    List.of(new SampleRatio.Cell(410, 5 / 6.0), new SampleRatio.Cell(90, 1 / 6.0)))
                .chiSquareP(),
            within(1e-12));
  }

  @Test
  void numbers_without_meaning_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SampleRatio.Cell(-1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new SampleRatio.Cell(1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new SampleRatio.Cell(1, Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleRatio.read(List.of(new SampleRatio.Cell(1, 1))));
  }

  /**
   * 300 honest experiments, each looked at 100 times. With p &lt; 0.05 the sequential test may be
   * wrong in 5 %, and χ² at every look is wrong far more often: that is why there are two.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {7, 8})
  void looking_often_does_not_raise_false_alarms(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int sequentialAlarms = 0;
    int chiSquareAlarms = 0;
    for (int run = 0; run < 300; run++) {
      double smallestSequential = 1;
      double smallestChiSquare = 1;
      long left = 0;
      for (int look = 1; look <= 100; look++) {
        for (int i = 0; i < 200; i++) {
          left += random.nextBoolean() ? 1 : 0;
        }
        SampleRatio.Reading reading = read(left, look * 200L - left);
        smallestSequential = Math.min(smallestSequential, reading.sequentialP());
        smallestChiSquare = Math.min(smallestChiSquare, reading.chiSquareP());
      }
      sequentialAlarms += smallestSequential < 0.05 ? 1 : 0;
      chiSquareAlarms += smallestChiSquare < 0.05 ? 1 : 0;
    }
    assertThat(sequentialAlarms).isLessThanOrEqualTo(15 + 11);
    assertThat(chiSquareAlarms).isGreaterThan(60);
  }

  private static SampleRatio.Reading read(long first, long second) {
    return SampleRatio.read(
        List.of(new SampleRatio.Cell(first, 0.5), new SampleRatio.Cell(second, 0.5)));
  }
}
