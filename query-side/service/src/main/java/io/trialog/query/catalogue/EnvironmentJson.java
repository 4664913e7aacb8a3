package io.trialog.query.catalogue;

import io.trialog.query.EventJson;
import io.trialog.query.Members;
import io.trialog.snapshots.Environment;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;

/** Environments as REST answers. */
final class EnvironmentJson {
  private EnvironmentJson() {}

  /** An environment and its kill switch. */
  static JsonObject of(Environment environment) {
    JsonObjectBuilder killSwitch =
        Members.JSON.createObjectBuilder().add("state", state(environment));
    EventJson.put(killSwitch, "engaged", environment.engaged());
    EventJson.put(killSwitch, "release_proposed", environment.releaseProposed());
    return Members.JSON
        .createObjectBuilder()
        .add("environment", environment.environment())
        .add("title", environment.title())
        .add("kill_switch", killSwitch)
        .add("revision", environment.revision())
        .add("position", environment.last().position())
        .add("created_at", environment.created().time().toString())
        .build();
  }

  private static String state(Environment environment) {
    if (environment.engaged() == null) {
      return "released";
    }
    return environment.releaseProposed() == null ? "engaged" : "release_proposed";
  }
}
