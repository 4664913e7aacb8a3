package io.trialog.language;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside every event: who, why, and what led to it. Flat text on the wire, so that any
 * engine can keep it.
 */
public record EventMetadata(
    Actor actor,
    @Nullable String reason,
    String correlationId,
    @Nullable String causationId,
    @Nullable String idempotencyKey,
    @Nullable String environment) {

  public EventMetadata {
    Keys.require("actor", actor);
    Keys.text("correlation_id", correlationId);
  }

  /** As names and values; absent members are left out. */
  public Map<String, String> toMap() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("actor_kind", actor.kind().word());
    map.put("actor_id", actor.id());
    map.put("actor_auth", actor.auth());
    put(map, "actor_on_behalf_of", actor.onBehalfOf());
    put(map, "reason", reason);
    map.put("correlation_id", correlationId);
    put(map, "causation_id", causationId);
    put(map, "idempotency_key", idempotencyKey);
    put(map, "environment", environment);
    return map;
  }

  /** The reverse of {@link #toMap()}; names it does not know are ignored. */
  public static EventMetadata fromMap(Map<String, String> map) {
    return new EventMetadata(
        new Actor(
            Actor.Kind.ofWord(required(map, "actor_kind")),
            required(map, "actor_id"),
            required(map, "actor_auth"),
            map.get("actor_on_behalf_of")),
        map.get("reason"),
        required(map, "correlation_id"),
        map.get("causation_id"),
        map.get("idempotency_key"),
        map.get("environment"));
  }

  private static String required(Map<String, String> map, String name) {
    String value = map.get(name);
    if (value == null) {
      throw new InvalidValue(name, "is missing in the metadata of an event");
    }
    return value;
  }

  private static void put(Map<String, String> map, String name, @Nullable String value) {
    if (value != null) {
      map.put(name, value);
    }
  }
}
