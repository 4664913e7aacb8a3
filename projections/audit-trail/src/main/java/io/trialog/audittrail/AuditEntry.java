package io.trialog.audittrail;

import static io.trialog.audittrail.EntityJson.JSON;

import io.trialog.language.Actor;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event, with what it was about and what it changed.
 *
 * @param type its name in the log
 * @param namespace of what it was about, if it belongs to one
 * @param data the event itself, as it stands in the log
 * @param before what it touched, as it was; absent when it created it, or touched nothing
 * @param after what it touched, as it is since; absent when it touched nothing
 * @param changes what differs between the two, field by field
 */
public record AuditEntry(
    long position,
    String eventId,
    String stream,
    long sequence,
    Instant time,
    String type,
    @Nullable String namespace,
    @Nullable String environment,
    @Nullable String experiment,
    Actor actor,
    @Nullable String reason,
    String correlationId,
    @Nullable String causationId,
    JsonObject data,
    @Nullable JsonObject before,
    @Nullable JsonObject after,
    List<Change> changes) {

  /**
   * One field that differs.
   *
   * @param field names from the outside in, joined by dots; lists are compared as a whole
   * @param before absent when the field was not there
   * @param after absent when the field is gone
   */
  public record Change(String field, @Nullable JsonValue before, @Nullable JsonValue after) {
    JsonObject toJson() {
      JsonObjectBuilder json = JSON.createObjectBuilder().add("field", field);
      put(json, "before", before);
      put(json, "after", after);
      return json.build();
    }

    static Change fromJson(JsonObject json) {
      return new Change(json.getString("field"), json.get("before"), json.get("after"));
    }
  }

  public AuditEntry {
    changes = List.copyOf(changes);
  }

  /** In snake_case; absent members are left out. */
  public JsonObject toJson() {
    JsonObjectBuilder json = JSON.createObjectBuilder();
    json.add("position", position).add("event_id", eventId);
    json.add("stream", stream).add("sequence", sequence);
    json.add("time", time.toString()).add("type", type);
    put(json, "namespace", namespace);
    put(json, "environment", environment);
    put(json, "experiment", experiment);
    json.add("actor", actorJson(actor));
    put(json, "reason", reason);
    json.add("correlation_id", correlationId);
    put(json, "causation_id", causationId);
    json.add("data", data);
    put(json, "before", before);
    put(json, "after", after);
    JsonArrayBuilder list = JSON.createArrayBuilder();
    changes.forEach(change -> list.add(change.toJson()));
    return json.add("changes", list).build();
  }

  /** Reads the text of {@link #toJson()}; for what this platform wrote itself. */
  public static AuditEntry parse(String json) {
    try (JsonReader reader = JSON.createReader(new StringReader(json))) {
      return fromJson(reader.readObject());
    }
  }

  /** The reverse of {@link #toJson()}; for what this platform wrote itself. */
  public static AuditEntry fromJson(JsonObject json) {
    return new AuditEntry(
        json.getJsonNumber("position").longValueExact(),
        json.getString("event_id"),
        json.getString("stream"),
        json.getJsonNumber("sequence").longValueExact(),
        Instant.parse(json.getString("time")),
        json.getString("type"),
        json.getString("namespace", null),
        json.getString("environment", null),
        json.getString("experiment", null),
        actor(json.getJsonObject("actor")),
        json.getString("reason", null),
        json.getString("correlation_id"),
        json.getString("causation_id", null),
        json.getJsonObject("data"),
        json.getJsonObject("before"),
        json.getJsonObject("after"),
        json.getJsonArray("changes").getValuesAs(JsonObject.class).stream()
            .map(Change::fromJson)
            .toList());
  }

  static JsonObject actorJson(Actor actor) {
    JsonObjectBuilder json = JSON.createObjectBuilder();
    json.add("kind", actor.kind().word()).add("id", actor.id()).add("auth", actor.auth());
    put(json, "on_behalf_of", actor.onBehalfOf());
    return json.build();
  }

  private static Actor actor(JsonObject json) {
    return new Actor(
        Actor.Kind.ofWord(json.getString("kind")),
        json.getString("id"),
        json.getString("auth"),
        json.getString("on_behalf_of", null));
  }

  static void put(JsonObjectBuilder json, String name, @Nullable String value) {
    if (value != null) {
      json.add(name, value);
    }
  }

  static void put(JsonObjectBuilder json, String name, @Nullable JsonValue value) {
    if (value != null) {
      json.add(name, value);
    }
  }
}
