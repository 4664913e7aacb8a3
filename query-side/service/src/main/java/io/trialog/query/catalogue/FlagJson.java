package io.trialog.query.catalogue;

import io.trialog.language.FlagDefinition;
import io.trialog.language.wire.TargetingJson;
import io.trialog.query.DesignJson;
import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.snapshots.Flag;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;

/** Flags as REST answers; values of variants are JSON of the flag's type. */
final class FlagJson {
  private FlagJson() {}

  /** One line of a list. */
  static JsonObject summary(Flag flag) {
    return begun(flag).build();
  }

  private static JsonObjectBuilder begun(Flag flag) {
    FlagDefinition definition = flag.definition();
    return Members.JSON
        .createObjectBuilder()
        .add("flag", definition.flag())
        .add("namespace", definition.namespace())
        .add("environment", definition.environment())
        .add("title", definition.title())
        .add("type", definition.type().word())
        .add("status", flag.status().word())
        .add("revision", flag.revision())
        .add("position", flag.last().position())
        .add("created_at", flag.created().time().toString())
        .add("updated_at", flag.last().time().toString());
  }

  /** All of a flag. */
  static JsonObject detail(Flag flag) {
    FlagDefinition definition = flag.definition();
    JsonObjectBuilder json = begun(flag).add("unit", definition.unit());
    Members.put(json, "fallback_unit", definition.fallbackUnit());
    return json.add("variants", Members.array(definition.variants(), FlagJson::variant))
        .add("off_variant", definition.offVariant())
        .add("rules", Members.array(definition.rules(), FlagJson::rule))
        .add("rollout", rollout(definition.rollout()))
        .add("prerequisites", DesignJson.prerequisites(definition.prerequisites()))
        .add("created", EventJson.of(flag.created()))
        .add("last_event", EventJson.of(flag.last()))
        .build();
  }

  private static JsonObjectBuilder variant(FlagDefinition.Variant variant) {
    return Members.JSON
        .createObjectBuilder()
        .add("key", variant.key())
        .add("value", Members.value(variant.value()));
  }

  private static JsonObjectBuilder rule(FlagDefinition.Rule rule) {
    return Members.JSON
        .createObjectBuilder()
        .add("targeting", TargetingJson.write(rule.targeting()))
        .add("rollout", rollout(rule.rollout()));
  }

  private static JsonArrayBuilder rollout(List<FlagDefinition.RolloutShare> rollout) {
    return Members.array(
        rollout,
        each ->
            Members.JSON
                .createObjectBuilder()
                .add("variant", each.variant())
                .add("share", each.share()));
  }
}
