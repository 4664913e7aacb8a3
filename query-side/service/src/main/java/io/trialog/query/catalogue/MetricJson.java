package io.trialog.query.catalogue;

import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricFormula;
import io.trialog.query.Members;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** Metrics as REST answers. */
final class MetricJson {
  private MetricJson() {}

  /** A metric as it was defined. */
  static JsonObject of(MetricDefinition metric) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("metric", metric.metric())
            .add("namespace", metric.namespace())
            .add("title", metric.title())
            .add("kind", metric.kind().word())
            .add("direction", metric.direction().word())
            .add("computed", metric.kind().isComputed());
    Members.put(json, "cap", metric.cap());
    Members.put(json, "typical_sd", metric.typicalSd());
    Members.put(json, "unit", metric.unit());
    MetricFormula formula = metric.formula();
    if (formula != null) {
      Members.put(json, "numerator", formula.numerator());
      Members.put(json, "denominator", formula.denominator());
      Members.put(json, "of", formula.of());
      Members.put(json, "quantile", formula.quantile());
      Members.put(json, "threshold", formula.threshold());
    }
    return json.build();
  }
}
