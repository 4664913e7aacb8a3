package io.trialog.statistics;

import java.util.OptionalDouble;

/**
 * The one-sided five-scale normal-mixture e-process for means (STATS 4.1; each scale is the
 * half-normal mixture of Howard, Ramdas, McAuliffe and Sekhon 2021).
 *
 * <p>One mixture is sharp only near the information it was tuned for: tuned for the end of the run
 * it asks z = 33 of the first minutes. The mean of five e-values, tuned a decade apart, is again an
 * e-value, costs at most ln 5 in log E and needs no tuning. The variance is that of both arms
 * pooled, which under the null keeps a lucky-looking small arm from seeming certain.
 *
 * <p>The guarantee is exact for Gaussian increments and asymptotic for real metrics: the caps,
 * equal arms and burn-in of STATS 4.4 are part of the method. Sums pooled over allocation epochs
 * with different split ratios are not covered.
 *
 * @param controlMean ȳ_C, in the unit of the metric
 * @param treatmentMean ȳ_T
 * @param pooledVariance s_p² of both arms around their common mean
 * @param standardError SE of f·ȳ_C − ȳ_T
 * @param z harm beyond the margin in standard errors; positive is harm
 * @param v the variance clock (N·SE)²
 * @param vPlan the clock expected at the planned end
 */
public record NormalMixture(
    long controlSubjects,
    long treatmentSubjects,
    double controlMean,
    double treatmentMean,
    double pooledVariance,
    double standardError,
    double z,
    double v,
    double vPlan,
    double logE,
    double logESafe)
    implements Evidence {
  static final int SCALES = 5;

  private static final double LOG_TWO = StrictMath.log(2);
  private static final double LOG_SCALES = StrictMath.log(SCALES);
  private static final int MAX_NEWTON_STEPS = 200;

  /** Both arms have subjects, consistent sums and together a positive variance. */
  static NormalMixture of(GuardrailPlan plan, Moments control, Moments treatment) {
    double pooledVariance = Moments.pooledVariance(control, treatment);
    double f = plan.factor();
    double standardError =
        StrictMath.sqrt(pooledVariance * (f * f / control.n() + 1.0 / treatment.n()));
    double controlMean = control.mean().orElseThrow();
    double treatmentMean = treatment.mean().orElseThrow();
    double harm =
        switch (plan.direction()) {
          case HIGHER_IS_BETTER -> f * controlMean - treatmentMean;
          case LOWER_IS_BETTER -> treatmentMean - f * controlMean;
        };
    double z = harm / standardError;
    double root = (control.n() + treatment.n()) * standardError;
    double v = root * root;
    return new NormalMixture(
        control.n(),
        treatment.n(),
        controlMean,
        treatmentMean,
        pooledVariance,
        standardError,
        z,
        v,
        plan.vPlan(),
        logE(z, v, plan.vPlan()),
        logE(-z, v, plan.vPlan()));
  }

  /** ln of (1/5) Σ_j 2/√(1+r_j) · exp(z² r_j/(2(1+r_j))) · Φ(z √(r_j/(1+r_j))). */
  static double logE(double z, double v, double vPlan) {
    double[] terms = new double[SCALES];
    for (int j = 1; j <= SCALES; j++) {
      terms[j - 1] = logTerm(z, information(v, vPlan, j));
    }
    return LogSum.of(terms) - LOG_SCALES;
  }

  private static double logTerm(double z, double r) {
    double k = StrictMath.sqrt(r / (1 + r));
    return LOG_TWO - StrictMath.log1p(r) / 2 + z * k * (z * k) / 2 + Normal.logCdf(z * k);
  }

  /** r_j = V/ρ_j, ρ_j = V_plan·10^−j; kept where r/(1+r) is a positive number. */
  private static double information(double v, double vPlan, int j) {
    return Math.clamp(v / vPlan * StrictMath.pow(10, j), 1e-100, 1e100);
  }

  /**
   * z_b(V): the z at which E reaches 1/α.
   *
   * <p>Newton's method on log E(z) from a point that is certainly beyond, where one scale alone
   * with Φ ≥ 1/2 would do; log E is increasing and convex there, so the steps stay beyond the root.
   */
  static double zBoundary(double alpha, double v, double vPlan) {
    double target = -StrictMath.log(alpha);
    double z = Double.MAX_VALUE;
    for (int j = 1; j <= SCALES; j++) {
      double r = information(v, vPlan, j);
      double needed = target + LOG_SCALES + StrictMath.log1p(r) / 2;
      z = Math.min(z, StrictMath.sqrt(2 * needed * (1 + 1 / r)));
    }
    for (int step = 0; step < MAX_NEWTON_STEPS; step++) {
      double change = (logE(z, v, vPlan) - target) / slope(z, v, vPlan);
      z -= change;
      if (Math.abs(change) <= 1e-13 * z) {
        break;
      }
    }
    return z;
  }

  /** d log E/dz: the mean of the terms' slopes z·k² + k·φ(zk)/Φ(zk), weighted by the terms. */
  private static double slope(double z, double v, double vPlan) {
    double whole = logE(z, v, vPlan) + LOG_SCALES;
    double sum = 0;
    for (int j = 1; j <= SCALES; j++) {
      double r = information(v, vPlan, j);
      double k = StrictMath.sqrt(r / (1 + r));
      double hazard = StrictMath.exp(Normal.logDensity(z * k) - Normal.logCdf(z * k));
      sum += StrictMath.exp(logTerm(z, r) - whole) * (z * k * k + k * hazard);
    }
    return sum;
  }

  /** z_b at this V: the z that {@link #logE()} = ln(1/α) stands for. */
  public double zBoundary(double alpha) {
    return zBoundary(alpha, v, vPlan);
  }

  /**
   * The factors f for which |f·ȳ_C − ȳ_T| = z_b·SE(f): Fieller's quadratic with z_b for t. Exact at
   * the plan's margin, so that the lower bound exceeds it when and only when E ≥ 1/α; elsewhere z_b
   * is taken at this V, along which it is nearly flat. Dividing harm − z_b·SE by the control mean
   * would forget that the control mean is an estimate too.
   */
  @Override
  public HarmBounds harm(GuardrailPlan plan) {
    double zBoundary = zBoundary(plan.alpha());
    double spread = zBoundary * zBoundary * pooledVariance;
    double square = controlMean * controlMean - spread / controlSubjects;
    if (!(square > 0) || controlMean <= 0) {
      return HarmBounds.NONE;
    }
    double constant = treatmentMean * treatmentMean - spread / treatmentSubjects;
    double middle = controlMean * treatmentMean;
    double root = StrictMath.sqrt(Math.max(0, middle * middle - square * constant));
    double low = (middle - root) / square;
    double high = (middle + root) / square;
    return switch (plan.direction()) {
      case HIGHER_IS_BETTER -> HarmBounds.of(1 - high, 1 - low);
      case LOWER_IS_BETTER -> HarmBounds.of(low - 1, high - 1);
    };
  }

  /** δ_now = z_b·SE/ȳ_C (STATS 4.5). */
  @Override
  public OptionalDouble detectableLift(GuardrailPlan plan) {
    return controlMean > 0
        ? HarmBounds.finite(zBoundary(plan.alpha()) * standardError / controlMean)
        : OptionalDouble.empty();
  }
}
