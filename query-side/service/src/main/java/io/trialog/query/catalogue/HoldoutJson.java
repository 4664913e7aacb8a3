package io.trialog.query.catalogue;

import io.trialog.language.HoldoutDefinition;
import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.snapshots.Holdout;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** Holdouts as REST answers. */
final class HoldoutJson {
  private HoldoutJson() {}

  /** A holdout; the subjects of its first {@code slots} slots are out until it has ended. */
  static JsonObject of(Holdout holdout) {
    HoldoutDefinition definition = holdout.definition();
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("holdout", definition.holdout())
            .add("scope", definition.scope().word());
    Members.put(json, "value", definition.value());
    json.add("environment", definition.environment())
        .add("unit", definition.unit())
        .add("share", definition.share())
        .add("slots", definition.slots())
        .add("title", definition.title())
        .add("status", holdout.ended() == null ? "active" : "ended")
        .add("revision", holdout.revision())
        .add("position", holdout.last().position())
        .add("created", EventJson.of(holdout.created()));
    EventJson.put(json, "ended", holdout.ended());
    return json.build();
  }
}
