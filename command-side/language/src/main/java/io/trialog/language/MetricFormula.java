package io.trialog.language;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a metric is made of others: a ratio has {@code numerator} and {@code denominator}, a quantile
 * has {@code of}, the {@code quantile} in (0, 1) and, when history told it, the {@code threshold},
 * frozen with the definition: the share of values above it is what is guarded.
 */
public record MetricFormula(
    @Nullable String numerator,
    @Nullable String denominator,
    @Nullable String of,
    @Nullable BigDecimal quantile,
    @Nullable BigDecimal threshold) {
  public MetricFormula {
    key("numerator", numerator);
    key("denominator", denominator);
    key("of", of);
    if (quantile != null && (quantile.signum() <= 0 || quantile.compareTo(BigDecimal.ONE) >= 0)) {
      throw new InvalidValue("quantile", "must be above 0 and below 1; found " + quantile);
    }
    if (threshold != null && threshold.signum() <= 0) {
      throw new InvalidValue("threshold", "must be above 0; found " + threshold);
    }
  }

  /** Of two metrics. */
  public static MetricFormula ratio(String numerator, String denominator) {
    return new MetricFormula(numerator, denominator, null, null, null);
  }

  /** Of one metric's values. */
  public static MetricFormula quantile(
      String of, BigDecimal quantile, @Nullable BigDecimal threshold) {
    return new MetricFormula(null, null, of, quantile, threshold);
  }

  /** The metrics it is made of. */
  public List<String> parts() {
    return Stream.of(numerator, denominator, of).filter(Objects::nonNull).toList();
  }

  /** Refuses, naming the member, a formula that is not of the kind. */
  static void mustFit(String metric, MetricDefinition.Kind kind, @Nullable MetricFormula formula) {
    boolean ratio = kind == MetricDefinition.Kind.RATIO;
    boolean quantile = kind == MetricDefinition.Kind.QUANTILE;
    present("numerator", formula == null ? null : formula.numerator, ratio, kind);
    present("denominator", formula == null ? null : formula.denominator, ratio, kind);
    present("of", formula == null ? null : formula.of, quantile, kind);
    present("quantile", formula == null ? null : formula.quantile, quantile, kind);
    if (formula != null && formula.threshold != null && !quantile) {
      throw new InvalidValue("threshold", "must be absent for a " + kind.word());
    }
    if (formula != null && formula.parts().contains(metric)) {
      throw new InvalidValue("metric", "must not be made of itself");
    }
  }

  private static void present(
      String field, @Nullable Object value, boolean wanted, MetricDefinition.Kind kind) {
    if (wanted && value == null) {
      throw new InvalidValue(field, "is required for a " + kind.word());
    }
    if (!wanted && value != null) {
      throw new InvalidValue(field, "must be absent for a " + kind.word());
    }
  }

  private static void key(String field, @Nullable String value) {
    if (value != null) {
      Keys.key(field, value);
    }
  }
}
