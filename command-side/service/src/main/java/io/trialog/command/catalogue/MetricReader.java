package io.trialog.command.catalogue;

import io.trialog.http.Fields;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricFormula;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** A metric from the members of a body, with the defaults that a person may leave out. */
public final class MetricReader {
  private MetricReader() {}

  /** Reads a metric. */
  public static MetricDefinition read(Fields body) {
    String metric = body.text("metric");
    return new MetricDefinition(
        metric,
        body.text("namespace"),
        body.text("title", metric),
        body.word("kind", MetricDefinition.Kind.class),
        body.word("direction", MetricDefinition.Direction.class),
        body.optionalDecimal("cap"),
        body.optionalDecimal("typical_sd"),
        body.optionalText("unit"),
        formula(body));
  }

  private static @Nullable MetricFormula formula(Fields body) {
    String numerator = body.optionalText("numerator");
    String denominator = body.optionalText("denominator");
    String of = body.optionalText("of");
    BigDecimal quantile = body.optionalDecimal("quantile");
    BigDecimal threshold = body.optionalDecimal("threshold");
    boolean none =
        numerator == null
            && denominator == null
            && of == null
            && quantile == null
            && threshold == null;
    return none ? null : new MetricFormula(numerator, denominator, of, quantile, threshold);
  }
}
