package io.trialog.statistics;

import java.util.OptionalDouble;

/** The arithmetic behind {@link Lift}. */
final class LiftInterval {
  /** Above this relative standard error of the control mean the delta method misleads. */
  private static final double FIELLER_FROM = 0.05;

  /** Subjects per squared skewness (Kohavi et al. 2014, STATS 3). */
  private static final double SUBJECTS_PER_SQUARED_SKEWNESS = 355;

  private LiftInterval() {}

  static Lift between(Moments control, Moments treatment, double confidence) {
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException("confidence must be inside (0, 1), found " + confidence);
    }
    Note obstacle = obstacle(control, treatment);
    return obstacle == Note.NONE
        ? interval(control, treatment, confidence)
        : new Lift.NoInference(
            obstacle == Note.INCONSISTENT_SUMS
                ? OptionalDouble.empty()
                : Lift.estimate(control, treatment),
            obstacle);
  }

  private static Note obstacle(Moments control, Moments treatment) {
    if (!control.isPossible() || !treatment.isPossible()) {
      return Note.INCONSISTENT_SUMS;
    }
    if (control.n() == 0 || treatment.n() == 0) {
      return Note.EMPTY_ARM;
    }
    if (control.mean().orElse(0) <= 0) {
      return Note.BASELINE_NOT_POSITIVE;
    }
    if (control.n() == 1 || treatment.n() == 1) {
      return Note.TOO_FEW_SUBJECTS;
    }
    return squaredError(control) > 0 && squaredError(treatment) > 0
        ? Note.NONE
        : Note.ZERO_VARIANCE;
  }

  private static Lift interval(Moments control, Moments treatment, double confidence) {
    double baseline = control.mean().orElseThrow();
    boolean steady = StrictMath.sqrt(squaredError(control)) / baseline <= FIELLER_FROM;
    return interval(
        control, treatment, confidence, steady ? Lift.Method.WELCH_DELTA : Lift.Method.FIELLER);
  }

  /**
   * Fieller's interval is {r : |ȳ_T − r·ȳ_C| ≤ t·SE(r)}. With g = t²·SE(ȳ_C)²/ȳ_C² in place of 0 it
   * has the shape of the delta interval; from g = 1 on it is unbounded.
   */
  static Lift interval(Moments control, Moments treatment, double confidence, Lift.Method method) {
    double baseline = control.mean().orElseThrow();
    double ratio = treatment.mean().orElseThrow() / baseline;
    double controlError = StrictMath.sqrt(squaredError(control)) / baseline;
    double treatmentError = StrictMath.sqrt(squaredError(treatment)) / baseline;
    double degreesOfFreedom = welchDegreesOfFreedom(control, treatment);
    double t = StudentT.upperQuantile((1 - confidence) / 2, degreesOfFreedom);
    double shrink =
        switch (method) {
          case WELCH_DELTA -> 1;
          case FIELLER -> 1 - t * t * controlError * controlError;
        };
    double halfWidth =
        t
            * StrictMath.sqrt(
                shrink * treatmentError * treatmentError
                    + ratio * ratio * controlError * controlError);
    double low = (ratio - halfWidth) / shrink - 1;
    double high = (ratio + halfWidth) / shrink - 1;
    if (shrink <= 0 || !Double.isFinite(low) || !Double.isFinite(high)) {
      return new Lift.NoInference(Lift.estimate(control, treatment), Note.BASELINE_TOO_UNCERTAIN);
    }
    return new Lift.Interval(
        ratio - 1,
        low,
        high,
        confidence,
        method,
        degreesOfFreedom,
        isSkewed(control) || isSkewed(treatment) ? Note.NOT_ENOUGH_DATA : Note.NONE);
  }

  /**
   * Welch–Satterthwaite for the two arm means, as gbstats uses it: the unscaled variances, not
   * those of the linearised ratio.
   */
  private static double welchDegreesOfFreedom(Moments control, Moments treatment) {
    double total = squaredError(control) + squaredError(treatment);
    double controlPart = squaredError(control) / total;
    double treatmentPart = squaredError(treatment) / total;
    return 1
        / (controlPart * controlPart / (control.n() - 1)
            + treatmentPart * treatmentPart / (treatment.n() - 1));
  }

  private static double squaredError(Moments arm) {
    return arm.variance().orElse(0) / arm.n();
  }

  private static boolean isSkewed(Moments arm) {
    double skewness = arm.skewness().orElse(0);
    return arm.n() < SUBJECTS_PER_SQUARED_SKEWNESS * skewness * skewness;
  }
}
