package io.trialog.language.wire;

import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Targeting;
import io.trialog.language.Targeting.All;
import io.trialog.language.Targeting.Any;
import io.trialog.language.Targeting.Condition;
import io.trialog.language.Targeting.Not;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.bind.adapter.JsonbAdapter;
import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Targeting as JSON: {@code {"all":[...]}}, {@code {"any":[...]}}, {@code {"not":...}} or a
 * condition with {@code attribute}, {@code type} (text unless said), {@code operator} and {@code
 * values}. A bare list means all of it. Reads strictly: a refusal names the member by its path.
 */
public final class TargetingJson {
  private static final JsonProvider JSON = JsonProvider.provider();
  private static final Set<String> CONDITION = Set.of("attribute", "type", "operator", "values");

  private TargetingJson() {}

  /** The JSON of an expression, members sorted. */
  public static JsonObject write(Targeting targeting) {
    return switch (targeting) {
      case All all -> JSON.createObjectBuilder().add("all", list(all.parts())).build();
      case Any any -> JSON.createObjectBuilder().add("any", list(any.parts())).build();
      case Not not -> JSON.createObjectBuilder().add("not", write(not.part())).build();
      case Condition condition ->
          JSON.createObjectBuilder()
              .add("attribute", condition.attribute())
              .add("operator", condition.operator().word())
              .add("type", condition.type().word())
              .add("values", JSON.createArrayBuilder(condition.values()))
              .build();
    };
  }

  /** The expression of a JSON value; throws {@link InvalidValue} with a path below {@code path}. */
  public static Targeting read(String path, JsonValue value) {
    return read(path, value, 1);
  }

  private static Targeting read(String path, JsonValue value, int depth) {
    if (depth > Targeting.MAX_DEPTH) {
      throw new InvalidValue(path, "must be at most " + Targeting.MAX_DEPTH + " deep");
    }
    if (value instanceof JsonArray parts) {
      return new All(parts(path, parts, depth));
    }
    if (!(value instanceof JsonObject object)) {
      throw new InvalidValue(path, "must be an object or a list of conditions");
    }
    if (object.containsKey("all")) {
      return new All(parts(path + ".all", only(path, object, "all"), depth));
    }
    if (object.containsKey("any")) {
      return new Any(parts(path + ".any", only(path, object, "any"), depth));
    }
    if (object.containsKey("not")) {
      return new Not(read(path + ".not", only(path, object, "not"), depth + 1));
    }
    return condition(path, object);
  }

  private static List<Targeting> parts(String path, JsonValue value, int depth) {
    if (!(value instanceof JsonArray array)) {
      throw new InvalidValue(path, "must be a list");
    }
    if (array.size() > Targeting.MAX_CONDITIONS) {
      throw new InvalidValue(path, "must have at most " + Targeting.MAX_CONDITIONS + " parts");
    }
    List<Targeting> parts = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      parts.add(read(path + "[" + i + "]", array.get(i), depth + 1));
    }
    return parts;
  }

  private static Condition condition(String path, JsonObject object) {
    mustKnow(path, object, CONDITION);
    String type = object.containsKey("type") ? text(path, object, "type") : "text";
    try {
      return new Condition(
          text(path, object, "attribute"),
          Keys.word(path + ".type", Targeting.Type.class, type),
          Keys.word(path + ".operator", Targeting.Operator.class, text(path, object, "operator")),
          values(path + ".values", object.get("values")));
    } catch (InvalidValue e) {
      throw e.field().startsWith("targeting.") ? e.at(path, "targeting") : e;
    }
  }

  private static JsonValue only(String path, JsonObject object, String member) {
    mustKnow(path, object, Set.of(member));
    return object.getOrDefault(member, JsonValue.NULL);
  }

  private static void mustKnow(String path, JsonObject object, Set<String> known) {
    Set<String> unknown = new TreeSet<>(object.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new InvalidValue(
          path + "." + unknown.iterator().next(),
          "is not a known field here; known are " + String.join(", ", new TreeSet<>(known)));
    }
  }

  private static String text(String path, JsonObject object, String member) {
    if (object.get(member) instanceof JsonString string) {
      return string.getString();
    }
    throw new InvalidValue(path + "." + member, "must be a text and is required");
  }

  /** Numbers and truth values may stand without quotes. */
  private static List<String> values(String path, @org.jspecify.annotations.Nullable JsonValue in) {
    if (!(in instanceof JsonArray array)) {
      throw new InvalidValue(path, "must be a list and is required");
    }
    List<String> values = new ArrayList<>();
    for (JsonValue value : array) {
      values.add(
          switch (value.getValueType()) {
            case STRING -> ((JsonString) value).getString();
            case NUMBER -> number(path, (JsonNumber) value);
            case TRUE, FALSE -> value.toString();
            case ARRAY, OBJECT, NULL ->
                throw new InvalidValue(path, "must be texts, numbers or truth values");
          });
    }
    return values;
  }

  private static String number(String path, JsonNumber number) {
    String text = number.toString();
    if (text.length() > 32) {
      throw new InvalidValue(path, "must be a number of at most 32 characters");
    }
    return text;
  }

  private static JsonArrayBuilder list(List<Targeting> parts) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    parts.forEach(part -> array.add(write(part)));
    return array;
  }

  /** For JSON-B. */
  public static final class Adapter implements JsonbAdapter<Targeting, JsonObject> {
    @Override
    public JsonObject adaptToJson(Targeting targeting) {
      return write(targeting);
    }

    @Override
    public Targeting adaptFromJson(JsonObject json) {
      return read("targeting", json);
    }
  }
}
