package io.trialog.measurement;

import java.math.BigDecimal;

/**
 * Additive sums of one cell; as a delta, what is to be added to those already known (may be below
 * 0).
 *
 * <p>With y a subject's running total, capped, and u the same uncapped (both per metric):
 *
 * @param n subjects exposed
 * @param withOutcome subjects whose total is not 0
 * @param s1 Σ y
 * @param s2 Σ y²
 * @param s3 Σ y³
 * @param u1 Σ u
 * @param u2 Σ u²
 * @param twoArms subjects seen in two variants, and therefore left out of n and of all sums
 * @param dupExposures repeated deliveries of exposures
 * @param dupOutcomes repeated deliveries of outcomes
 * @param late events that came more than a minute of event time behind the newest one
 */
public record CellSums(
    long n,
    long withOutcome,
    BigDecimal s1,
    BigDecimal s2,
    BigDecimal s3,
    BigDecimal u1,
    BigDecimal u2,
    long twoArms,
    long dupExposures,
    long dupOutcomes,
    long late) {
  private static final BigDecimal NIL = BigDecimal.ZERO;

  /** Nothing. */
  public static final CellSums ZERO = new CellSums(0, 0, NIL, NIL, NIL, NIL, NIL, 0, 0, 0, 0);

  /** A count of subjects. */
  public static CellSums subjects(long n) {
    return new CellSums(n, 0, NIL, NIL, NIL, NIL, NIL, 0, 0, 0, 0);
  }

  /** Sums of a metric. */
  public static CellSums metric(
      long withOutcome, BigDecimal s1, BigDecimal s2, BigDecimal s3, BigDecimal u1, BigDecimal u2) {
    return new CellSums(0, withOutcome, s1, s2, s3, u1, u2, 0, 0, 0, 0);
  }

  /** Counts that tell about the health of the data. */
  public static CellSums health(long twoArms, long dupExposures, long dupOutcomes, long late) {
    return new CellSums(0, 0, NIL, NIL, NIL, NIL, NIL, twoArms, dupExposures, dupOutcomes, late);
  }

  /** Componentwise sum, exact. */
  public CellSums plus(CellSums o) {
    return new CellSums(
        n + o.n,
        withOutcome + o.withOutcome,
        s1.add(o.s1),
        s2.add(o.s2),
        s3.add(o.s3),
        u1.add(o.u1),
        u2.add(o.u2),
        twoArms + o.twoArms,
        dupExposures + o.dupExposures,
        dupOutcomes + o.dupOutcomes,
        late + o.late);
  }

  /** True if adding this changes nothing. */
  public boolean isZero() {
    return (n | withOutcome | twoArms | dupExposures | dupOutcomes | late) == 0
        && s1.signum() == 0
        && s2.signum() == 0
        && s3.signum() == 0
        && u1.signum() == 0
        && u2.signum() == 0;
  }
}
