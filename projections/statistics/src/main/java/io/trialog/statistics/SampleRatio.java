package io.trialog.statistics;

import java.util.List;

/**
 * Sample ratio mismatch: do the arms have the sizes that the allocation promised (STATS 6)?
 *
 * <p>{@link Reading#logBayesFactor()} may be looked at as often as one likes. Per allocation epoch:
 * when the shares change, the log Bayes factors of the epochs add up. The χ² test is for one look
 * at the end; used at every look it raises false alarms.
 */
public final class SampleRatio {
  /** An alarm is a p value below this, for either test. */
  public static final double ALARM_BELOW = 0.001;

  /** Prior weight in subjects (Lindon and Malek 2020). */
  public static final double CONCENTRATION = 10_000;

  private static final double SMALLEST_SHARE = 1e-9;

  private SampleRatio() {}

  /**
   * One arm.
   *
   * @param subjects first exposures, at least 0
   * @param share positive; the shares of all arms are scaled to sum to 1, so slots or ppm will do
   */
  public record Cell(long subjects, double share) {
    public Cell {
      if (subjects < 0 || subjects > Moments.MAX_SUBJECTS) {
        throw new IllegalArgumentException(
            "subjects must be between 0 and 10^12, found " + subjects);
      }
      if (!(share > 0 && share <= 1e18)) {
        throw new IllegalArgumentException("share must be positive, found " + share);
      }
    }
  }

  /**
   * The evidence of one epoch.
   *
   * @param expected subjects expected per arm, in the order of the cells
   * @param logBayesFactor ln of the evidence for "other shares" against "these shares"
   * @param sequentialP 1/BF, at most 1; valid at any look after a running minimum, which the caller
   *     keeps
   * @param chiSquare Pearson's statistic
   * @param chiSquareP its tail probability with (arms − 1) degrees of freedom; 1 without subjects
   */
  public record Reading(
      List<Double> expected,
      double logBayesFactor,
      double sequentialP,
      double chiSquare,
      int degreesOfFreedom,
      double chiSquareP) {
    public Reading {
      expected = List.copyOf(expected);
    }
  }

  /**
   * Tests the sizes of all arms of one allocation epoch.
   *
   * @param cells at least two; an arm without share belongs to no epoch and is not given
   * @throws IllegalArgumentException for fewer cells, or a share below 1e-9 of all
   */
  public static Reading read(List<Cell> cells) {
    if (cells.size() < 2) {
      throw new IllegalArgumentException("At least two arms expected, found " + cells.size());
    }
    double allShares = cells.stream().mapToDouble(Cell::share).sum();
    if (cells.stream().anyMatch(cell -> cell.share() < SMALLEST_SHARE * allShares)) {
      throw new IllegalArgumentException("Every arm must have a part of at least 1e-9 of all");
    }
    long total = cells.stream().mapToLong(Cell::subjects).sum();
    List<Double> expected = cells.stream().map(cell -> total * (cell.share() / allShares)).toList();
    double logBayesFactor = logBayesFactor(cells, allShares, total);
    double chiSquare = chiSquare(cells, expected);
    int degreesOfFreedom = cells.size() - 1;
    return new Reading(
        expected,
        logBayesFactor,
        sequentialP(logBayesFactor),
        chiSquare,
        degreesOfFreedom,
        Gamma.chiSquareTail(chiSquare, degreesOfFreedom));
  }

  /** min(1, 1/BF), for a sum of log Bayes factors over epochs. */
  public static double sequentialP(double logBayesFactor) {
    return Math.min(1, StrictMath.exp(-logBayesFactor));
  }

  /** lnΓ(A) − lnΓ(A+N) + Σ[lnΓ(a_i+n_i) − lnΓ(a_i)] − Σ n_i ln θ_i, a_i = A·θ_i (STATS 6). */
  private static double logBayesFactor(List<Cell> cells, double allShares, long total) {
    double sum = Gamma.log(CONCENTRATION) - Gamma.log(CONCENTRATION + total);
    for (Cell cell : cells) {
      double share = cell.share() / allShares;
      double prior = CONCENTRATION * share;
      sum += Gamma.log(prior + cell.subjects()) - Gamma.log(prior);
      sum -= cell.subjects() * StrictMath.log(share);
    }
    return sum;
  }

  /** Σ (n − e)²/e; 0 without subjects. */
  private static double chiSquare(List<Cell> cells, List<Double> expected) {
    double sum = 0;
    for (int i = 0; i < cells.size(); i++) {
      double gap = cells.get(i).subjects() - expected.get(i);
      sum += gap == 0 ? 0 : gap * (gap / expected.get(i));
    }
    return sum;
  }
}
