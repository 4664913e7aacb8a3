package io.trialog.statistics;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One look at one guardrail of one treatment arm: the inputs, the evidence and the state.
 * Evaluating the same inputs under the same plan gives an equal reading on any machine.
 *
 * @param lift the point estimate ȳ_T/ȳ_C − 1; absent without a positive baseline
 * @param evidence absent when no inference is possible; present, but not acted on, in the burn-in
 */
public record GuardrailReading(
    GuardrailPlan plan,
    Arm control,
    Arm treatment,
    GuardrailState state,
    Note note,
    OptionalDouble lift,
    Optional<Evidence> evidence) {
  public GuardrailReading {
    Objects.requireNonNull(plan);
    Objects.requireNonNull(control);
    Objects.requireNonNull(treatment);
    Objects.requireNonNull(state);
    Objects.requireNonNull(note);
    Objects.requireNonNull(lift);
    Objects.requireNonNull(evidence);
  }

  /** ln(1/α): what ln E must reach. */
  public double boundary() {
    return -StrictMath.log(plan.alpha());
  }

  /** ln E for harm; absent without evidence. */
  public OptionalDouble logE() {
    return evidence.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(evidence.get().logE());
  }

  /** min(1, 1/E); 1 without evidence. Always valid after a running minimum, kept by the caller. */
  public double alwaysValidP() {
    return Math.min(1, StrictMath.exp(-logE().orElse(0)));
  }

  /** Always-valid bounds of the relative harm. Solved when called: milliseconds, not free. */
  public HarmBounds harm() {
    return evidence.map(found -> found.harm(plan)).orElse(HarmBounds.NONE);
  }

  /** The relative harm that would be caught by now. Solved when called, like {@link #harm()}. */
  public OptionalDouble detectableLift() {
    return evidence.isEmpty() ? OptionalDouble.empty() : evidence.get().detectableLift(plan);
  }
}
