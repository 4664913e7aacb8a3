package io.trialog.statistics;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Looks at a guardrail: may this treatment go on (STATS 4)? Pure; may be called at any cadence, on
 * any thread. The guarantee P(any false kill) ≤ α covers all looks together.
 */
public final class Guardrail {
  /** Subjects with an outcome, in the smaller arm's part of both arms' total (STATS 4.2). */
  static final double BURN_IN = 100;

  private Guardrail() {}

  /**
   * Evaluates the cumulative process.
   *
   * <p>Never throws for data: sums that allow no inference give UNDECIDED with a note. A kill is
   * not remembered here; the caller latches it, and late data does not revoke it.
   *
   * @param control of all subjects since the plan began
   * @param treatment of all subjects since the plan began
   */
  public static GuardrailReading evaluate(GuardrailPlan plan, Arm control, Arm treatment) {
    Note obstacle = obstacle(plan, control, treatment);
    if (obstacle != Note.NONE) {
      OptionalDouble lift =
          obstacle == Note.INCONSISTENT_SUMS ? OptionalDouble.empty() : lift(control, treatment);
      return new GuardrailReading(
          plan, control, treatment, GuardrailState.UNDECIDED, obstacle, lift, Optional.empty());
    }
    Evidence evidence =
        switch (plan.kind()) {
          case MEAN -> NormalMixture.of(plan, control.moments(), treatment.moments());
          case PROPORTION -> BetaBinomial.of(plan, events(control), events(treatment));
        };
    return decide(plan, control, treatment, evidence);
  }

  private static GuardrailReading decide(
      GuardrailPlan plan, Arm control, Arm treatment, Evidence evidence) {
    double boundary = -StrictMath.log(plan.alpha());
    boolean harmShown = evidence.logE() >= boundary;
    GuardrailState state = GuardrailState.WATCH;
    Note note = Note.NONE;
    if (isInBurnIn(plan, control, treatment)) {
      state = GuardrailState.UNDECIDED;
      note = Note.BURN_IN;
    } else if (harmShown && passesGate(plan, control, treatment)) {
      state = GuardrailState.KILL;
    } else if (harmShown) {
      note = Note.HARM_BELOW_GATE;
    } else if (evidence.logESafe() >= boundary) {
      state = GuardrailState.SAFE;
    }
    return new GuardrailReading(
        plan, control, treatment, state, note, lift(control, treatment), Optional.of(evidence));
  }

  private static Note obstacle(GuardrailPlan plan, Arm control, Arm treatment) {
    if (!isPossible(plan, control) || !isPossible(plan, treatment)) {
      return Note.INCONSISTENT_SUMS;
    }
    if (control.n() == 0 || treatment.n() == 0) {
      return Note.EMPTY_ARM;
    }
    return switch (plan.kind()) {
      case MEAN -> obstacleOfMean(plan, control, treatment);
      case PROPORTION -> events(control) + events(treatment) == 0 ? Note.NO_EVENTS : Note.NONE;
    };
  }

  /**
   * A control mean of exactly 0 is no obstacle to seeing a rise: any rise is relatively infinite,
   * and the difference itself can be tested.
   */
  private static Note obstacleOfMean(GuardrailPlan plan, Arm control, Arm treatment) {
    double baseline = control.moments().mean().orElseThrow();
    boolean usable =
        switch (plan.direction()) {
          case HIGHER_IS_BETTER -> baseline > 0;
          case LOWER_IS_BETTER -> baseline >= 0;
        };
    if (!usable) {
      return Note.BASELINE_NOT_POSITIVE;
    }
    double pooled = Moments.pooledVariance(control.moments(), treatment.moments());
    return pooled > 0 ? Note.NONE : Note.ZERO_VARIANCE;
  }

  private static boolean isPossible(GuardrailPlan plan, Arm arm) {
    boolean right =
        switch (plan.kind()) {
          case MEAN -> arm.moments().isPossible();
          case PROPORTION -> arm.moments().isCount();
        };
    return right && arm.withOutcome() <= arm.n();
  }

  /** (subjects with an outcome in both arms)·min(π) &lt; 100; the exact test needs none. */
  private static boolean isInBurnIn(GuardrailPlan plan, Arm control, Arm treatment) {
    double pi = plan.treatmentFraction();
    double smallerArm = (control.withOutcome() + treatment.withOutcome()) * Math.min(pi, 1 - pi);
    return switch (plan.kind()) {
      case MEAN -> smallerArm < BURN_IN;
      case PROPORTION -> false;
    };
  }

  /** Estimated harm of at least gate·ȳ_C, without dividing by a baseline that may be 0. */
  private static boolean passesGate(GuardrailPlan plan, Arm control, Arm treatment) {
    double baseline = control.moments().mean().orElseThrow();
    double rise = treatment.moments().mean().orElseThrow() - baseline;
    return switch (plan.direction()) {
      case HIGHER_IS_BETTER -> -rise >= plan.gate() * baseline;
      case LOWER_IS_BETTER -> rise >= plan.gate() * baseline;
    };
  }

  private static OptionalDouble lift(Arm control, Arm treatment) {
    return Lift.estimate(control.moments(), treatment.moments());
  }

  private static long events(Arm arm) {
    return arm.moments().sum().longValueExact();
  }
}
