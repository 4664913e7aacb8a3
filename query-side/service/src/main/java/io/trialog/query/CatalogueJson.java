package io.trialog.query;

import io.trialog.language.MetricDefinition;
import io.trialog.snapshots.Namespace;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** What experiments refer to, as REST answers. */
final class CatalogueJson {
  private CatalogueJson() {}

  /** A metric as it was defined. */
  static JsonObject metric(MetricDefinition metric) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("metric", metric.metric())
            .add("namespace", metric.namespace())
            .add("title", metric.title())
            .add("kind", metric.kind().word())
            .add("direction", metric.direction().word());
    Members.put(json, "cap", metric.cap());
    Members.put(json, "typical_sd", metric.typicalSd());
    return json.build();
  }

  /** A namespace. */
  static JsonObject namespace(Namespace namespace) {
    return Members.JSON
        .createObjectBuilder()
        .add("namespace", namespace.namespace())
        .add("title", namespace.title())
        .add("created_at", namespace.created().time().toString())
        .build();
  }
}
