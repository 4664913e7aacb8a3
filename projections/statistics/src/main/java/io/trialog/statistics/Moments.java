package io.trialog.statistics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.OptionalDouble;

/**
 * The sums of one metric over the subjects of one arm, kept exactly.
 *
 * <p>Raw sums of squares are usually a numerical trap: s² = (Q − S²/n)/(n−1) cancels. Here the sums
 * are decimals and every difference is taken exactly; rounding to double happens once, at the end.
 * So sums may be merged in any order and grouping with an equal result.
 *
 * <p>A subject without an outcome counts in {@code n} and adds 0 to the sums.
 *
 * @param n exposed subjects, 0 to 10^12
 * @param sum Σy, in the unit of the metric
 * @param sumOfSquares Σy²
 * @param sumOfCubes Σy³, used by {@link #skewness()} only
 */
public record Moments(long n, BigDecimal sum, BigDecimal sumOfSquares, BigDecimal sumOfCubes) {
  /** No subject yet. */
  public static final Moments EMPTY =
      new Moments(0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  static final long MAX_SUBJECTS = 1_000_000_000_000L;

  /** Digits before and after the point that a sum may have: bounds the cost of exact arithmetic. */
  private static final int MAX_DIGITS = 80;

  private static final MathContext ROUNDED = MathContext.DECIMAL128;

  /**
   * Trailing zeros are dropped, so that equal sums are equal records.
   *
   * @throws IllegalArgumentException for a count outside 0 to 10^12, or a sum with more than 80
   *     digits on one side of the point
   */
  public Moments {
    if (n < 0 || n > MAX_SUBJECTS) {
      throw new IllegalArgumentException("n must be between 0 and 10^12, found " + n);
    }
    sum = checked(sum, "sum");
    sumOfSquares = checked(sumOfSquares, "sumOfSquares");
    sumOfCubes = checked(sumOfCubes, "sumOfCubes");
  }

  public static Moments of(long n, BigDecimal s1, BigDecimal s2, BigDecimal s3) {
    return new Moments(n, s1, s2, s3);
  }

  /**
   * From sums already rounded to doubles; whatever cancellation they suffered stays.
   *
   * @throws IllegalArgumentException for NaN or an infinity as well
   */
  public static Moments of(long n, double s1, double s2, double s3) {
    return new Moments(n, BigDecimal.valueOf(s1), BigDecimal.valueOf(s2), BigDecimal.valueOf(s3));
  }

  /** A metric of zeros and ones: all three sums are the number of ones. */
  public static Moments ofOnes(long n, long ones) {
    BigDecimal sum = BigDecimal.valueOf(ones);
    return new Moments(n, sum, sum, sum);
  }

  /** These sums and one more subject with total {@code y}. */
  public Moments with(BigDecimal y) {
    BigDecimal square = y.multiply(y);
    return plus(new Moments(1, y, square, square.multiply(y)));
  }

  /**
   * The sums of two disjoint sets of subjects.
   *
   * @throws IllegalArgumentException beyond the limits of a record of sums
   */
  public Moments plus(Moments other) {
    return new Moments(
        n + other.n,
        sum.add(other.sum),
        sumOfSquares.add(other.sumOfSquares),
        sumOfCubes.add(other.sumOfCubes));
  }

  /** Σy/n; absent without a subject. */
  public OptionalDouble mean() {
    return n == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sum.divide(BigDecimal.valueOf(n), ROUNDED).doubleValue());
  }

  /**
   * The sample variance (nQ − S²)/(n(n−1)); absent below two subjects and for sums that no set of
   * values can have.
   */
  public OptionalDouble variance() {
    return n < 2 || !isPossible()
        ? OptionalDouble.empty()
        : OptionalDouble.of(variance(n, sum, sumOfSquares));
  }

  /**
   * The variance of both sets around their common mean (STATS 4.1, s_p²), without the limits that
   * {@link #plus} keeps. Both sets are possible and there are two subjects or more.
   */
  static double pooledVariance(Moments one, Moments other) {
    return variance(
        one.n + other.n, one.sum.add(other.sum), one.sumOfSquares.add(other.sumOfSquares));
  }

  private static double variance(long n, BigDecimal sum, BigDecimal sumOfSquares) {
    BigDecimal pairs = BigDecimal.valueOf(n).multiply(BigDecimal.valueOf(n - 1));
    return scaledVariation(n, sum, sumOfSquares).divide(pairs, ROUNDED).doubleValue();
  }

  /** The square root of {@link #variance()}. */
  public OptionalDouble standardDeviation() {
    OptionalDouble variance = variance();
    return variance.isEmpty()
        ? variance
        : OptionalDouble.of(StrictMath.sqrt(variance.getAsDouble()));
  }

  /**
   * The moment coefficient g₁ = m₃/m₂^1.5 = (n²C − 3nSQ + 2S³)/(nQ − S²)^1.5; absent where the
   * variance is absent or 0.
   */
  public OptionalDouble skewness() {
    double spread =
        n < 2 || !isPossible() ? 0 : scaledVariation(n, sum, sumOfSquares).doubleValue();
    if (spread <= 0) {
      return OptionalDouble.empty();
    }
    BigDecimal subjects = BigDecimal.valueOf(n);
    BigDecimal third =
        subjects
            .multiply(subjects)
            .multiply(sumOfCubes)
            .subtract(subjects.multiply(sum).multiply(sumOfSquares).multiply(BigDecimal.valueOf(3)))
            .add(sum.pow(3).multiply(BigDecimal.valueOf(2)));
    return OptionalDouble.of(third.doubleValue() / spread / StrictMath.sqrt(spread));
  }

  /** Whether some n real numbers have this sum and sum of squares (Cauchy–Schwarz). */
  boolean isPossible() {
    return n == 0
        ? sum.signum() == 0 && sumOfSquares.signum() == 0
        : scaledVariation(n, sum, sumOfSquares).signum() >= 0;
  }

  /** Whether these can be sums of n zeros and ones. */
  boolean isCount() {
    return sum.signum() >= 0 && sum.scale() <= 0 && sum.compareTo(BigDecimal.valueOf(n)) <= 0;
  }

  /** n²·m₂ = nQ − S², exact. */
  private static BigDecimal scaledVariation(long n, BigDecimal sum, BigDecimal sumOfSquares) {
    return BigDecimal.valueOf(n).multiply(sumOfSquares).subtract(sum.multiply(sum));
  }

  private static BigDecimal checked(BigDecimal value, String name) {
    boolean small =
        value.scale() <= MAX_DIGITS && (long) value.precision() - value.scale() <= MAX_DIGITS;
    if (value.signum() != 0 && !small) {
      throw new IllegalArgumentException(
          name + " must have at most " + MAX_DIGITS + " digits on each side of the point");
    }
    return value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
  }
}
