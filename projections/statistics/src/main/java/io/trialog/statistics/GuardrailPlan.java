package io.trialog.statistics;

import java.util.Objects;

/**
 * Everything about a guardrail that is fixed before the first subject. Changing any of it during
 * the run voids the guarantee; a new plan starts with new sums.
 *
 * @param kind chooses the method
 * @param direction what harm is
 * @param margin tolerated relative harm m: up to here it is not held against the arm. In [0, 0.9]
 *     for a fall, in [0, 10] for a rise
 * @param alpha P(false kill) of this test over its whole life, in (0, 0.5); see {@link KillBudget}
 * @param gate relative harm that the point estimate must show as well before a kill, in [0, 1]
 * @param shareOfControl planned share of the control, positive, in any unit; neither share may be
 *     below one millionth of both
 * @param shareOfTreatment planned share of the treatment in the same unit. The allocation's shares,
 *     not the observed ones: users with an event split by the former
 * @param vPlan the information expected at the end, see {@link #plannedV}; positive for means, 0
 *     for proportions, which need none. A wrong value costs time, never validity
 * @param method the version of the formulas, {@link #NORMAL_MIXTURE_1} or {@link #BETA_BINOMIAL_1}
 */
public record GuardrailPlan(
    MetricKind kind,
    Direction direction,
    double margin,
    double alpha,
    double gate,
    double shareOfControl,
    double shareOfTreatment,
    double vPlan,
    String method) {
  /** One-sided five-scale normal mixture with pooled null variance, for means. */
  public static final String NORMAL_MIXTURE_1 = "normal-mixture-5/1";

  /** Exact one-sided beta-binomial mixture over four concentrations, for proportions. */
  public static final String BETA_BINOMIAL_1 = "beta-binomial-4/1";

  /** A kill needs a point estimate of at least one percent harm. */
  public static final double DEFAULT_GATE = 0.01;

  public GuardrailPlan {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(direction);
    double widest =
        switch (direction) {
          case HIGHER_IS_BETTER -> 0.9;
          case LOWER_IS_BETTER -> 10;
        };
    check(margin >= 0 && margin <= widest, "margin must be between 0 and " + widest, margin);
    check(alpha > 0 && alpha < 0.5, "alpha must be inside (0, 0.5)", alpha);
    check(gate >= 0 && gate <= 1, "gate must be in [0, 1]", gate);
    check(isShare(shareOfControl), "shareOfControl must be positive", shareOfControl);
    check(isShare(shareOfTreatment), "shareOfTreatment must be positive", shareOfTreatment);
    double smaller = Math.min(shareOfControl, shareOfTreatment);
    check(
        smaller >= 1e-6 * (shareOfControl + shareOfTreatment),
        "Either share must be at least one millionth of both",
        smaller);
    boolean mean = kind == MetricKind.MEAN;
    check(
        mean ? vPlan > 0 && Double.isFinite(vPlan) : vPlan == 0,
        mean ? "vPlan must be positive for means" : "vPlan must be 0 for proportions",
        vPlan);
    if (!(mean ? NORMAL_MIXTURE_1 : BETA_BINOMIAL_1).equals(method)) {
      throw new IllegalArgumentException("No method " + method + " for " + kind);
    }
  }

  /** A guardrail for a mean, with the default gate and the current method. */
  public static GuardrailPlan forMean(
      Direction direction,
      double margin,
      double alpha,
      double shareOfControl,
      double shareOfTreatment,
      double vPlan) {
    return new GuardrailPlan(
        MetricKind.MEAN,
        direction,
        margin,
        alpha,
        DEFAULT_GATE,
        shareOfControl,
        shareOfTreatment,
        vPlan,
        NORMAL_MIXTURE_1);
  }

  /** A guardrail for a proportion, with the default gate and the current method. */
  public static GuardrailPlan forProportion(
      Direction direction,
      double margin,
      double alpha,
      double shareOfControl,
      double shareOfTreatment) {
    return new GuardrailPlan(
        MetricKind.PROPORTION,
        direction,
        margin,
        alpha,
        DEFAULT_GATE,
        shareOfControl,
        shareOfTreatment,
        0,
        BETA_BINOMIAL_1);
  }

  /**
   * N·σ²·(1/π_C + 1/π_T): the V expected at the planned end (STATS 4.1).
   *
   * @param subjects planned subjects in these two arms together, positive
   * @param standardDeviation of the capped per-subject total, zeros included, from history
   */
  public static double plannedV(
      long subjects, double standardDeviation, double shareOfControl, double shareOfTreatment) {
    double both = shareOfControl + shareOfTreatment;
    return subjects
        * standardDeviation
        * standardDeviation
        * (both / shareOfControl + both / shareOfTreatment);
  }

  /** Another gate, everything else the same. */
  public GuardrailPlan withGate(double newGate) {
    return new GuardrailPlan(
        kind, direction, margin, alpha, newGate, shareOfControl, shareOfTreatment, vPlan, method);
  }

  /** π_T: the treatment's part of the traffic of these two arms. */
  double treatmentFraction() {
    return shareOfTreatment / (shareOfControl + shareOfTreatment);
  }

  /** f of STATS 4.1: the treatment mean, in control means, at which harm equals the margin. */
  double factor() {
    return switch (direction) {
      case HIGHER_IS_BETTER -> 1 - margin;
      case LOWER_IS_BETTER -> 1 + margin;
    };
  }

  private static boolean isShare(double share) {
    return share > 0 && share <= 1e18;
  }

  private static void check(boolean holds, String rule, double found) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", found " + found);
    }
  }
}
