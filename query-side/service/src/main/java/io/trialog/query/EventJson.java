package io.trialog.query;

import io.trialog.language.Actor;
import io.trialog.snapshots.EventReference;
import jakarta.json.JsonObjectBuilder;
import org.jspecify.annotations.Nullable;

/** Events as other answers refer to them. */
public final class EventJson {
  private EventJson() {}

  /** When, by whom and why. */
  public static JsonObjectBuilder of(EventReference event) {
    Actor actor = event.actor();
    JsonObjectBuilder who =
        Members.JSON.createObjectBuilder().add("kind", actor.kind().word()).add("id", actor.id());
    Members.put(who, "on_behalf_of", actor.onBehalfOf());
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("event_id", event.eventId())
            .add("position", event.position())
            .add("time", event.time().toString())
            .add("actor", who);
    Members.put(json, "reason", event.reason());
    return json;
  }

  /** Adds an event when there is one. */
  public static void put(JsonObjectBuilder json, String name, @Nullable EventReference event) {
    if (event != null) {
      json.add(name, of(event));
    }
  }
}
