package io.trialog.query;

import io.trialog.language.Design;
import io.trialog.language.wire.TargetingJson;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/** Designs as REST answers: what an order to draft would say, with numbers as numbers. */
public final class DesignJson {
  private DesignJson() {}

  /** All of a design. */
  static JsonObject of(Design design) {
    JsonObjectBuilder json = Members.JSON.createObjectBuilder();
    add(json, design);
    return json.build();
  }

  /** Adds what a design says. */
  static void add(JsonObjectBuilder json, Design design) {
    json.add("experiment", design.experiment())
        .add("namespace", design.namespace())
        .add("environment", design.environment())
        .add("title", design.title())
        .add("hypothesis", design.hypothesis())
        .add("unit", design.unit());
    Members.put(json, "fallback_unit", design.fallbackUnit());
    json.add("surface", design.surface()).add("control", design.control());
    JsonArrayBuilder variants = Members.JSON.createArrayBuilder();
    design.variants().forEach(variant -> variants.add(variant(variant)));
    json.add("variants", variants)
        .add("targeting", TargetingJson.write(design.targeting()))
        .add("prerequisites", prerequisites(design.prerequisites()))
        .add("exclusion_sets", exclusionSets(design))
        .add("primary_metric", design.primaryMetric())
        .add("secondary_metrics", Members.texts(design.secondaryMetrics()))
        .add("guardrails", guardrails(design.guardrails()))
        .add("planned_subjects", design.plannedSubjects())
        .add("assigned_elsewhere", design.assignedElsewhere())
        .add("regulated", design.regulated());
  }

  /** Prerequisites of a design or a flag. */
  public static JsonArrayBuilder prerequisites(List<Design.Prerequisite> prerequisites) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    for (Design.Prerequisite each : prerequisites) {
      array.add(
          Members.JSON
              .createObjectBuilder()
              .add("kind", each.kind().word())
              .add("key", each.key())
              .add("variants", Members.texts(each.variants())));
    }
    return array;
  }

  private static JsonArrayBuilder exclusionSets(Design design) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    for (Design.ExclusionShare each : design.exclusionSets()) {
      array.add(
          Members.JSON.createObjectBuilder().add("set", each.set()).add("share", each.share()));
    }
    return array;
  }

  private static JsonObjectBuilder variant(Design.Variant variant) {
    JsonObjectBuilder json =
        Members.JSON.createObjectBuilder().add("key", variant.key()).add("share", variant.share());
    Members.put(json, "payload", variant.payload());
    return json;
  }

  /** Rules of a design or of a policy. */
  public static JsonArrayBuilder guardrails(List<Design.GuardrailRule> rules) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    for (Design.GuardrailRule rule : rules) {
      array.add(
          Members.JSON
              .createObjectBuilder()
              .add("metric", rule.metric())
              .add("margin", rule.margin())
              .add("critical", rule.critical()));
    }
    return array;
  }
}
