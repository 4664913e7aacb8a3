package io.trialog.guardrails;

import io.trialog.language.KillEvidence;
import io.trialog.language.KillEvidence.ArmSums;
import io.trialog.language.MetricDefinition;
import io.trialog.statistics.Arm;
import io.trialog.statistics.BetaBinomial;
import io.trialog.statistics.Direction;
import io.trialog.statistics.Evidence;
import io.trialog.statistics.Guardrail;
import io.trialog.statistics.GuardrailPlan;
import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.MetricKind;
import io.trialog.statistics.Moments;
import io.trialog.statistics.NormalMixture;
import java.time.Instant;
import java.util.Locale;

/**
 * The record of a kill: written from a look, and read back into the look it came from.
 *
 * <p>For a mean, z and v are those of the normal mixture. A proportion is decided by counts alone;
 * its z = (x − nθ₀)/√v and v = nθ₀(1 − θ₀), with x of n events on the harmed side, are only shown.
 * {@code lift} is absent when the control's mean is 0.
 */
public final class GuardrailEvidence {
  private GuardrailEvidence() {}

  /**
   * Writes the record of a look whose state is KILL.
   *
   * @param sampleRatioMismatch labels the evidence; a mismatch does not prevent a kill
   * @throws IllegalArgumentException for a look without evidence
   */
  static KillEvidence of(
      String verdictId, GuardrailLook look, boolean sampleRatioMismatch, Instant now) {
    GuardrailReading reading = look.reading().orElseThrow(() -> noEvidence(look));
    Evidence evidence = reading.evidence().orElseThrow(() -> noEvidence(look));
    GuardrailPlan plan = reading.plan();
    return new KillEvidence(
        verdictId,
        GuardrailEvaluator.POLICY_VERSION,
        plan.method(),
        look.key().metric(),
        word(plan.kind()),
        word(plan.direction()),
        look.key().variant(),
        look.control(),
        sums(reading.control()),
        sums(reading.treatment()),
        Exact.decimal(plan.shareOfControl()),
        Exact.decimal(plan.shareOfTreatment()),
        Exact.decimal(plan.margin()),
        Exact.decimal(plan.gate()),
        Exact.decimal(plan.alpha()),
        Exact.decimal(z(evidence)),
        Exact.decimal(v(evidence)),
        Exact.decimal(plan.vPlan()),
        Exact.decimal(evidence.logE()),
        Exact.decimal(reading.boundary()),
        reading.lift().isPresent() ? Exact.decimal(reading.lift().getAsDouble()) : null,
        sampleRatioMismatch,
        now);
  }

  /**
   * Makes the decision again from nothing but its record: the same bits, on any machine, by {@link
   * Guardrail#evaluate}. The caller compares state, log E and boundary with those recorded.
   *
   * @throws IllegalArgumentException for a kind, direction or method that this version does not
   *     know, or a plan that it refuses
   */
  public static GuardrailReading recompute(KillEvidence evidence) {
    return Guardrail.evaluate(
        plan(evidence), arm(evidence.controlSums()), arm(evidence.variantSums()));
  }

  private static GuardrailPlan plan(KillEvidence evidence) {
    return new GuardrailPlan(
        MetricKind.valueOf(evidence.kind().toUpperCase(Locale.ROOT)),
        Direction.valueOf(evidence.direction().toUpperCase(Locale.ROOT)),
        evidence.margin().doubleValue(),
        evidence.alpha().doubleValue(),
        evidence.gate().doubleValue(),
        evidence.controlShare().doubleValue(),
        evidence.variantShare().doubleValue(),
        evidence.vPlan().doubleValue(),
        evidence.method());
  }

  private static Arm arm(ArmSums sums) {
    return Arm.of(sums.n(), sums.withOutcome(), sums.sum(), sums.sumSquares(), sums.sumCubes());
  }

  private static ArmSums sums(Arm arm) {
    Moments moments = arm.moments();
    return new ArmSums(
        arm.n(),
        arm.withOutcome(),
        Exact.plain(moments.sum()),
        Exact.plain(moments.sumOfSquares()),
        Exact.plain(moments.sumOfCubes()));
  }

  private static double z(Evidence evidence) {
    return switch (evidence) {
      case NormalMixture mixture -> mixture.z();
      case BetaBinomial counts -> excess(counts) / Math.sqrt(v(counts));
    };
  }

  private static double v(Evidence evidence) {
    return switch (evidence) {
      case NormalMixture mixture -> mixture.v();
      case BetaBinomial counts -> counts.events() * counts.theta0() * (1 - counts.theta0());
    };
  }

  private static double excess(BetaBinomial counts) {
    return counts.harmEvents() - counts.events() * counts.theta0();
  }

  private static String word(MetricKind kind) {
    return switch (kind) {
      case MEAN -> MetricDefinition.Kind.MEAN.word();
      case PROPORTION -> MetricDefinition.Kind.PROPORTION.word();
    };
  }

  private static String word(Direction direction) {
    return switch (direction) {
      case HIGHER_IS_BETTER -> MetricDefinition.Direction.HIGHER_IS_BETTER.word();
      case LOWER_IS_BETTER -> MetricDefinition.Direction.LOWER_IS_BETTER.word();
    };
  }

  private static IllegalArgumentException noEvidence(GuardrailLook look) {
    return new IllegalArgumentException("No evidence in the look at " + look.key());
  }
}
