package io.trialog.statistics;

import java.util.OptionalDouble;

/** The numbers behind a guardrail's state, sufficient to recompute it. */
public sealed interface Evidence permits NormalMixture, BetaBinomial {

  /** ln E against "harm is at most the margin". A kill needs at least ln(1/α). */
  double logE();

  /** ln E against "harm is at least the margin". SAFE needs at least ln(1/α). */
  double logESafe();

  /** Bounds of the relative harm; solved numerically when asked. */
  HarmBounds harm(GuardrailPlan plan);

  /**
   * The relative harm beyond the margin that would be at the boundary by now; absent when no harm
   * would be, or without a positive baseline. Solved numerically when asked.
   */
  OptionalDouble detectableLift(GuardrailPlan plan);
}
