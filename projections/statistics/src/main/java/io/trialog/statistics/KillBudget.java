package io.trialog.statistics;

/**
 * How the probability of any false kill in the whole life of an experiment is split (STATS 4.2).
 *
 * <p>Evenly over guardrails × treatment arms. Half of each share belongs to the cumulative process,
 * which is what {@link Guardrail} evaluates. The other half is reserved for {@value
 * #DAILY_RESTARTS} daily restarts, which find harm that starts late. Nothing here spends that half:
 * until restarts run, the true false-kill probability is at most half of the budget, and a kill
 * needs slightly more evidence than the budget alone would ask for.
 *
 * @param perExperiment α_kill, in (0, 0.5)
 * @param guardrails guardrail metrics, at least 1
 * @param treatmentArms arms compared with the control, at least 1
 */
public record KillBudget(double perExperiment, int guardrails, int treatmentArms) {
  /** P(any false kill) of an experiment unless its plan says otherwise. */
  public static final double DEFAULT_PER_EXPERIMENT = 0.01;

  /** Restarts that share the reserved half. */
  public static final int DAILY_RESTARTS = 14;

  public KillBudget {
    if (!(perExperiment > 0 && perExperiment < 0.5)) {
      throw new IllegalArgumentException(
          "perExperiment must be inside (0, 0.5), found " + perExperiment);
    }
    if (guardrails < 1 || treatmentArms < 1) {
      throw new IllegalArgumentException(
          "At least one guardrail and one treatment arm expected, found "
              + guardrails
              + " and "
              + treatmentArms);
    }
  }

  /** The default budget for an experiment of this shape. */
  public static KillBudget standard(int guardrails, int treatmentArms) {
    return new KillBudget(DEFAULT_PER_EXPERIMENT, guardrails, treatmentArms);
  }

  /** The share of one guardrail of one treatment arm, restarts included. */
  public double perTest() {
    return perExperiment / guardrails / treatmentArms;
  }

  /** α of the cumulative process: what {@link GuardrailPlan#alpha()} should be. */
  public double cumulative() {
    return perTest() / 2;
  }

  /** α of each daily restart. */
  public double perRestart() {
    return perTest() / 2 / DAILY_RESTARTS;
  }
}
