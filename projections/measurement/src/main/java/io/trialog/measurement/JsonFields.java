package io.trialog.measurement;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One JSON object with the path that led to it: typed reads that name the field when they refuse.
 *
 * <p>Codes: {@code missing_field}, {@code wrong_type}, {@code unknown_field}, {@code number_range}.
 */
public final class JsonFields {
  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,24}(\\.[0-9]{1,24})?");

  private final JsonObject object;
  private final String path;

  /**
   * Wraps an object.
   *
   * @param path put before each field's name, for example {@code exposures[3].}; may be empty
   */
  public JsonFields(JsonObject object, String path) {
    this.object = object;
    this.path = path;
  }

  /** Refuses members that are not in the list. */
  public void onlyKnows(Set<String> names) throws FieldRefused {
    for (String name : object.keySet()) {
      if (!names.contains(name)) {
        throw new FieldRefused(
            "unknown_field", path + shortened(name), "not a field of this object");
      }
    }
  }

  /** A text that must be there. */
  public String text(String name) throws FieldRefused {
    return optionalText(name).orElseThrow(() -> missing(name));
  }

  /** A text, or nothing when the member is absent; null is a wrong type. */
  public Optional<String> optionalText(String name) throws FieldRefused {
    JsonValue value = object.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof JsonString text) {
      return Optional.of(text.getString());
    }
    throw wrongType(name, "a string", value);
  }

  /** An integer of the range that must be there. */
  public long integer(String name, long min, long max) throws FieldRefused {
    return optionalInteger(name, min, max).orElseThrow(() -> missing(name));
  }

  /** An integer of the range, or nothing when the member is absent. */
  public OptionalLong optionalInteger(String name, long min, long max) throws FieldRefused {
    JsonValue value = object.get(name);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (!(value instanceof JsonNumber number)) {
      throw wrongType(name, "an integer", value);
    }
    return OptionalLong.of(integer(name, number.bigDecimalValue(), min, max));
  }

  private long integer(String name, BigDecimal number, long min, long max) throws FieldRefused {
    if (number.scale() != 0) {
      throw new FieldRefused("wrong_type", path + name, "an integer without exponent is expected");
    }
    if (number.compareTo(BigDecimal.valueOf(min)) < 0
        || number.compareTo(BigDecimal.valueOf(max)) > 0) {
      throw new FieldRefused("number_range", path + name, "must be from " + min + " to " + max);
    }
    return number.longValueExact();
  }

  /** A number, or a decimal string without exponent, that must be there. */
  public BigDecimal decimal(String name) throws FieldRefused {
    return optionalDecimal(name).orElseThrow(() -> missing(name));
  }

  /** A number, or a decimal string without exponent, or nothing when the member is absent. */
  public Optional<BigDecimal> optionalDecimal(String name) throws FieldRefused {
    JsonValue value = object.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof JsonNumber number) {
      return Optional.of(number.bigDecimalValue());
    }
    if (value instanceof JsonString text && DECIMAL.matcher(text.getString()).matches()) {
      return Optional.of(new BigDecimal(text.getString()));
    }
    throw wrongType(name, "a number or a decimal string", value);
  }

  /** An object, or nothing when the member is absent. */
  public Optional<JsonObject> optionalObject(String name) throws FieldRefused {
    JsonValue value = object.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof JsonObject inner) {
      return Optional.of(inner);
    }
    throw wrongType(name, "an object", value);
  }

  /** An array; an absent member is an empty one. */
  public JsonArray array(String name) throws FieldRefused {
    JsonValue value = object.get(name);
    if (value == null) {
      return JsonValue.EMPTY_JSON_ARRAY;
    }
    if (value instanceof JsonArray inner) {
      return inner;
    }
    throw wrongType(name, "an array", value);
  }

  private FieldRefused missing(String name) {
    return new FieldRefused("missing_field", path + name, "this field is required");
  }

  private FieldRefused wrongType(String name, String expected, JsonValue found) {
    String type = found.getValueType().name().toLowerCase(Locale.ROOT);
    return new FieldRefused("wrong_type", path + name, expected + " is expected, found " + type);
  }

  private static String shortened(String name) {
    return name.length() <= 40 ? name : name.substring(0, 40) + "…";
  }
}
