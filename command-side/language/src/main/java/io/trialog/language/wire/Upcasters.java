package io.trialog.language.wire;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * From the payload of any version ever written to that of the version written now, one step a
 * version. A step is never changed once events of its target version exist.
 */
public final class Upcasters {
  private static final JsonProvider JSON = JsonProvider.provider();

  private record Step(EventType type, int from) {}

  private static final Map<Step, UnaryOperator<JsonObject>> STEPS =
      Map.of(
          new Step(EventType.EXPERIMENT_DRAFTED, 1), Upcasters::designWithExpression,
          new Step(EventType.EXPERIMENT_REVISED, 1), Upcasters::designWithExpression);

  private Upcasters() {}

  /**
   * The payload as the newest version; the bytes themselves when they are of it.
   *
   * @throws IllegalArgumentException for a version that this program does not know
   */
  public static byte[] upcast(EventType type, int version, byte[] payload) {
    if (version == type.version()) {
      return payload;
    }
    if (version < 1 || version > type.version()) {
      throw new IllegalArgumentException(
          "version %d of %s is unknown; known are 1 to %d"
              .formatted(version, type.wireName(), type.version()));
    }
    JsonObject json = parse(payload);
    for (int from = version; from < type.version(); from++) {
      UnaryOperator<JsonObject> step = STEPS.get(new Step(type, from));
      if (step == null) {
        throw new IllegalArgumentException(
            "no step from version %d of %s".formatted(from, type.wireName()));
      }
      json = step.apply(json);
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Targeting was a list of conditions on texts; nothing was critical, required or exclusive. */
  private static JsonObject designWithExpression(JsonObject event) {
    JsonObject design = event.getJsonObject("design");
    JsonArrayBuilder conditions = JSON.createArrayBuilder();
    for (JsonValue condition : design.getJsonArray("targeting")) {
      conditions.add(JSON.createObjectBuilder(condition.asJsonObject()).add("type", "text"));
    }
    JsonArrayBuilder guardrails = JSON.createArrayBuilder();
    for (JsonValue rule : design.getJsonArray("guardrails")) {
      guardrails.add(JSON.createObjectBuilder(rule.asJsonObject()).add("critical", false));
    }
    JsonObjectBuilder next =
        JSON.createObjectBuilder(design)
            .add("targeting", JSON.createObjectBuilder().add("all", conditions))
            .add("guardrails", guardrails)
            .add("prerequisites", JSON.createArrayBuilder())
            .add("exclusion_sets", JSON.createArrayBuilder())
            .add("regulated", false);
    return JSON.createObjectBuilder(event).add("design", next).build();
  }

  private static JsonObject parse(byte[] payload) {
    try (JsonReader reader = JSON.createReader(new ByteArrayInputStream(payload))) {
      return reader.readObject();
    }
  }
}
