package io.trialog.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void folding_in_pieces_equals_folding_at_once(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<BigDecimal> values =
        IntStream.range(0, 200)
            .mapToObj(i -> BigDecimal.valueOf(random.nextLong(-1_000_000_000L, 1_000_000_000L), 6))
            .toList();
    int firstCut = random.nextInt(200);
    int secondCut = firstCut + random.nextInt(200 - firstCut);
    Moments first = fold(values.subList(0, firstCut));
    Moments second = fold(values.subList(firstCut, secondCut));
    Moments third = fold(values.subList(secondCut, 200));
    Moments whole = fold(values);
    assertThat(third.plus(first.plus(second))).isEqualTo(whole);
    assertThat(second.plus(third).plus(first)).isEqualTo(whole);
  }

  @Test
  void a_small_variance_on_a_large_mean_is_not_lost() {
    Moments moments =
        fold(
            List.of(
                new BigDecimal("1000000000.000001"),
                new BigDecimal("1000000000.000002"),
                new BigDecimal("1000000000.000003")));
    assertThat(moments.variance().orElseThrow()).isCloseTo(1e-12, within(1e-26));
    assertThat(moments.skewness().orElseThrow()).isZero();
  }

  @Test
  void ones_are_a_binomial() {
    Moments moments = Moments.ofOnes(1000, 300);
    assertThat(moments.mean().orElseThrow()).isEqualTo(0.3);
    assertThat(moments.variance().orElseThrow()).isCloseTo(0.21 * 1000 / 999, within(1e-15));
    assertThat(moments.skewness().orElseThrow()).isCloseTo(0.4 / Math.sqrt(0.21), within(1e-14));
  }

  @Test
  void what_has_no_value_is_absent() {
    assertThat(Moments.EMPTY.mean()).isEmpty();
    assertThat(Moments.EMPTY.variance()).isEmpty();
    assertThat(Moments.ofOnes(1, 1).variance()).isEmpty();
    assertThat(Moments.ofOnes(5, 5).variance().orElseThrow()).isZero();
    assertThat(Moments.ofOnes(5, 5).skewness()).isEmpty();
  }

  @Test
  void impossible_sums_have_no_variance() {
    Moments impossible = Moments.of(10, 100, 1, 1);
    assertThat(impossible.variance()).isEmpty();
    assertThat(impossible.standardDeviation()).isEmpty();
    assertThat(impossible.skewness()).isEmpty();
    assertThat(Moments.of(0, 1, 1, 1).mean()).isEmpty();
  }

  @Test
  void a_sum_that_is_no_number_is_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Moments.of(1, Double.NaN, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Moments.of(1, 0, Double.POSITIVE_INFINITY, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Moments.of(-1, 0, 0, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Moments.of(1, new BigDecimal("1e999999999"), BigDecimal.ONE, BigDecimal.ONE));
  }

  @Test
  void equal_sums_are_equal_records() {
    assertThat(Moments.of(3, 1.50, 2, 0))
        .isEqualTo(
            Moments.of(3, new BigDecimal("1.5000"), new BigDecimal("2.0"), new BigDecimal("0.00")));
  }

  private static Moments fold(List<BigDecimal> values) {
    Moments moments = Moments.EMPTY;
    for (BigDecimal value : values) {
      moments = moments.with(value);
    }
    return moments;
  }
}
