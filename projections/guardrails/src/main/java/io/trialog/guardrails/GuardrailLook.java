package io.trialog.guardrails;

import io.trialog.statistics.GuardrailReading;
import io.trialog.statistics.GuardrailState;
import io.trialog.statistics.Note;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One look at one guardrail.
 *
 * @param margin tolerated relative harm of the rule
 * @param reading absent when not even a plan or sums could be made; then {@code note} says why
 * @param note why a number is absent or has a reserve: a code of {@link Note}, or {@link
 *     #UNKNOWN_METRIC}, {@link #NOT_COMPUTED}, {@link #PLAN_REFUSED}
 * @param sd the standard deviation behind the plan, exact text of the double used; absent for
 *     proportions and while it is not fixed
 */
public record GuardrailLook(
    GuardrailKey key,
    String control,
    BigDecimal margin,
    Optional<GuardrailReading> reading,
    String note,
    SdSource sdSource,
    Optional<BigDecimal> sd) {
  /** Nobody defined the metric. */
  public static final String UNKNOWN_METRIC = "unknown_metric";

  /** The stream job does not compute metrics of this kind. */
  public static final String NOT_COMPUTED = "not_computed";

  /** Shares, margin or standard deviation are outside of what the method can plan for. */
  public static final String PLAN_REFUSED = "plan_refused";

  public GuardrailLook {
    Objects.requireNonNull(key);
    Objects.requireNonNull(control);
    Objects.requireNonNull(margin);
    Objects.requireNonNull(reading);
    Objects.requireNonNull(note);
    Objects.requireNonNull(sdSource);
    Objects.requireNonNull(sd);
  }

  /** What this look says by itself; a verdict given earlier stands whatever it says. */
  public GuardrailState state() {
    return reading.map(GuardrailReading::state).orElse(GuardrailState.UNDECIDED);
  }

  /** Whether its evidence may decide something: there is some, under a plan that is fixed. */
  public boolean counts() {
    return reading.isPresent()
        && reading.get().evidence().isPresent()
        && reading.get().note() != Note.BURN_IN;
  }

  /** ln E of a look that counts. */
  OptionalDouble countedLogE() {
    return counts() ? reading.orElseThrow().logE() : OptionalDouble.empty();
  }

  /** Whether ln E is at the boundary, with or without a harm that passes the gate. */
  boolean isAtBoundary() {
    OptionalDouble logE = countedLogE();
    return logE.isPresent() && logE.getAsDouble() >= reading.orElseThrow().boundary();
  }
}
