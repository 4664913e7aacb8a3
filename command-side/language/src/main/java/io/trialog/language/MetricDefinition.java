package io.trialog.language;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a metric means, frozen when it is defined.
 *
 * <p>{@code cap} bounds a subject's running total (STATS: frozen before the start, the same for all
 * arms); {@code typicalSd} is the standard deviation of one subject's total from history, used to
 * plan guardrails: a wrong one costs time, never validity. {@code unit} names what a value counts,
 * such as {@code EUR}; {@code formula} says how a ratio or a quantile is made of other metrics.
 */
public record MetricDefinition(
    String metric,
    String namespace,
    String title,
    Kind kind,
    Direction direction,
    @Nullable BigDecimal cap,
    @Nullable BigDecimal typicalSd,
    @Nullable String unit,
    @Nullable MetricFormula formula) {
  /** How the outcomes of one subject become one number. */
  public enum Kind {
    /** The sum of the subject's values. */
    MEAN,
    /** 1 when any of the subject's values is not zero. */
    PROPORTION,
    /** The sum of one metric by the sum of another. */
    RATIO,
    /** A quantile of one metric's values. */
    QUANTILE;

    /** Whether the stream job computes it; of the others no result is known. */
    public boolean isComputed() {
      return this == MEAN || this == PROPORTION;
    }

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Which way is good. */
  public enum Direction {
    HIGHER_IS_BETTER,
    LOWER_IS_BETTER;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public MetricDefinition {
    Keys.key("metric", metric);
    Keys.namespace("namespace", namespace);
    Keys.text("title", title);
    Keys.require("kind", kind);
    Keys.require("direction", direction);
    positive("cap", cap);
    positive("typical_sd", typicalSd);
    if (unit != null) {
      Keys.text("unit", unit);
    }
    MetricFormula.mustFit(metric, kind, formula);
  }

  private static void positive(String field, @Nullable BigDecimal value) {
    if (value != null && value.signum() <= 0) {
      throw new InvalidValue(field, "must be above 0; found " + value.toPlainString());
    }
  }
}
