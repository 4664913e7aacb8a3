package io.trialog.statistics;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The relative difference ȳ_T/ȳ_C − 1 between two arms, with its interval or the reason why there
 * is none (STATS 5.3). All numbers are finite; 0.05 means five percent.
 *
 * <p>The interval is a fixed-horizon one: it has its stated coverage at one look chosen beforehand,
 * and less for a reader who stops when it looks good.
 */
public sealed interface Lift {

  /** The point estimate; absent without subjects or without a positive baseline. */
  OptionalDouble point();

  /** {@link Note#NONE}, or the reserve or reason. */
  Note note();

  /** How an interval was made. */
  enum Method {
    /** Delta method with Student's t and Welch's degrees of freedom. */
    WELCH_DELTA("welch_delta"),
    /** Fieller's theorem, where the baseline is too uncertain to linearise. */
    FIELLER("fieller");

    private final String code;

    Method(String code) {
      this.code = code;
    }

    /** The stable name for JSON. */
    public String code() {
      return code;
    }
  }

  /**
   * An estimate with its interval.
   *
   * @param confidence two-sided coverage, such as 0.95
   * @param degreesOfFreedom of the t quantile used
   */
  record Interval(
      double estimate,
      double low,
      double high,
      double confidence,
      Method method,
      double degreesOfFreedom,
      Note note)
      implements Lift {
    public Interval {
      if (!(Double.isFinite(estimate) && Double.isFinite(low) && Double.isFinite(high))) {
        throw new IllegalArgumentException("A lift interval must be finite");
      }
      Objects.requireNonNull(method);
      Objects.requireNonNull(note);
    }

    @Override
    public OptionalDouble point() {
      return OptionalDouble.of(estimate);
    }
  }

  /** The data do not support an interval. */
  record NoInference(OptionalDouble point, Note note) implements Lift {
    public NoInference {
      Objects.requireNonNull(point);
      Objects.requireNonNull(note);
    }
  }

  /**
   * Compares two arms of per-subject totals.
   *
   * @param confidence in (0, 1), such as 0.95
   */
  static Lift between(Moments control, Moments treatment, double confidence) {
    return LiftInterval.between(control, treatment, confidence);
  }

  /** The point estimate ȳ_T/ȳ_C − 1 alone, where it is defined. */
  static OptionalDouble estimate(Moments control, Moments treatment) {
    double baseline = control.mean().orElse(0);
    OptionalDouble mean = treatment.mean();
    double lift = mean.orElse(0) / baseline - 1;
    return baseline > 0 && mean.isPresent() && Double.isFinite(lift)
        ? OptionalDouble.of(lift)
        : OptionalDouble.empty();
  }
}
