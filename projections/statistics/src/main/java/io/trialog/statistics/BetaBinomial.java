package io.trialog.statistics;

import java.util.OptionalDouble;

/**
 * The exact one-sided beta-binomial e-process for proportions (STATS 4.3).
 *
 * <p>Among the subjects with the event, the part that is in the harmed side is binomial. At harm
 * equal to the margin its probability is θ₀, which follows from the planned shares alone: by them
 * every subject, event or not, was assigned. So no count of exposures enters, no normal
 * approximation and no burn-in. A larger θ is more harm. Harmed side: the treatment when fewer
 * events are better (users with an error), the control when more are better (users converted).
 *
 * @param harmEvents x: subjects with the event on the harmed side
 * @param events n: subjects with the event in both arms
 * @param theta0 P(harmed side | event) at harm equal to the margin
 */
public record BetaBinomial(
    long harmEvents, long events, double theta0, double logE, double logESafe) implements Evidence {
  private static final double[] CONCENTRATIONS = {10, 100, 1_000, 10_000};
  private static final double LOG_COUNT = StrictMath.log(CONCENTRATIONS.length);

  static BetaBinomial of(GuardrailPlan plan, long controlEvents, long treatmentEvents) {
    long events = controlEvents + treatmentEvents;
    double pi = plan.treatmentFraction();
    double treatmentWeight = pi * plan.factor();
    double theta = treatmentWeight / (treatmentWeight + 1 - pi);
    return switch (plan.direction()) {
      case HIGHER_IS_BETTER -> of(controlEvents, events, 1 - theta);
      case LOWER_IS_BETTER -> of(treatmentEvents, events, theta);
    };
  }

  private static BetaBinomial of(long harmEvents, long events, double theta0) {
    double x = harmEvents;
    double n = events;
    return new BetaBinomial(
        harmEvents, events, theta0, logE(x, n, theta0), logE(n - x, n, 1 - theta0));
  }

  /** ln of the mean over concentrations of E_c, against θ ≤ θ₀. */
  static double logE(double x, double n, double theta0) {
    double[] terms = new double[CONCENTRATIONS.length];
    for (int i = 0; i < terms.length; i++) {
      terms[i] = logE(CONCENTRATIONS[i], x, n, theta0);
    }
    return LogSum.of(terms) - LOG_COUNT;
  }

  /** The prior is Beta(cθ₀, c(1−θ₀)) cut to θ &gt; θ₀, the alternative to be favoured. */
  private static double logE(double c, double x, double n, double theta0) {
    double rest = 1 - theta0;
    double a = c * theta0;
    double b = c * rest;
    return Gamma.logBeta(a + x, b + n - x)
        - Gamma.logBeta(a, b)
        + IncompleteBeta.logComplement(a + x, b + n - x, theta0, rest)
        - IncompleteBeta.logComplement(a, b, theta0, rest)
        - x * StrictMath.log(theta0)
        - (n - x) * StrictMath.log(rest);
  }

  /**
   * Every θ₀ that E, built around it, does not yet reject; turned into relative harm through the
   * planned shares. No upper bound while one side has no event.
   */
  @Override
  public HarmBounds harm(GuardrailPlan plan) {
    double target = -StrictMath.log(plan.alpha());
    double x = harmEvents;
    double n = events;
    double low = x == 0 ? 0 : Root.between(0, x / n, theta -> target - logE(x, n, theta));
    double high = x == n ? 1 : Root.between(x / n, 1, theta -> logE(n - x, n, 1 - theta) - target);
    return HarmBounds.of(harmAt(low, plan), harmAt(high, plan));
  }

  /** The x, as a fraction of today's events, that would be at the boundary; then as harm. */
  @Override
  public OptionalDouble detectableLift(GuardrailPlan plan) {
    double target = -StrictMath.log(plan.alpha());
    double n = events;
    if (logE(n, n, theta0) < target) {
      return OptionalDouble.empty();
    }
    double x = Root.between(n * theta0, n, candidate -> logE(candidate, n, theta0) - target);
    return HarmBounds.finite(harmAt(x / n, plan) - plan.margin());
  }

  /** Relative harm if the harmed side has the part θ of all events; infinite when unbounded. */
  private static double harmAt(double theta, GuardrailPlan plan) {
    double pi = plan.treatmentFraction();
    return switch (plan.direction()) {
      case HIGHER_IS_BETTER -> 1 - (1 - theta) / theta * ((1 - pi) / pi);
      case LOWER_IS_BETTER -> theta / (1 - theta) * ((1 - pi) / pi) - 1;
    };
  }
}
