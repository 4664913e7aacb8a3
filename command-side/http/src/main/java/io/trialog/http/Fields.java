package io.trialog.http;

import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object, taken one by one; {@link #done()} refuses what nobody took. Every
 * refusal names the member by its path.
 */
public final class Fields {
  private static final int LIST_LIMIT = 1_000;

  private final JsonObject object;
  private final String path;
  private final Set<String> taken;

  private Fields(JsonObject object, String path) {
    this(object, path, new HashSet<>());
  }

  private Fields(JsonObject object, String path, Set<String> taken) {
    this.object = object;
    this.path = path;
    this.taken = taken;
  }

  /** The members of a body. */
  public static Fields of(JsonObject object) {
    return new Fields(object, "");
  }

  /**
   * The same members, and a text where {@code name} is absent; {@link #done()} is asked of this.
   */
  public Fields orElse(String name, String text) {
    taken.add(name);
    return object.containsKey(name)
        ? this
        : new Fields(
            JsonDocuments.PROVIDER.createObjectBuilder(object).add(name, text).build(),
            path,
            taken);
  }

  /** A text that must be there. */
  public String text(String name) {
    return required(name, optionalText(name));
  }

  /** A text, or null when absent. */
  public @Nullable String optionalText(String name) {
    JsonValue value = take(name);
    if (value == null) {
      return null;
    }
    if (value instanceof JsonString string) {
      return wellFormed(path + name, string.getString());
    }
    throw wrong(name, "a text", value);
  }

  /** Half a surrogate pair has no UTF-8, and no database takes U+0000. */
  private static String wellFormed(String field, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (c == 0 || (Character.isSurrogate(c) && !pair)) {
        throw new InvalidValue(field, "must be Unicode text without U+0000; see character " + i);
      }
      i += pair ? 1 : 0;
    }
    return text;
  }

  /** A text, or the default when absent. */
  public String text(String name, String orElse) {
    String text = optionalText(name);
    return text == null ? orElse : text;
  }

  /** A decimal number, or null when absent; a text with a decimal is accepted too. */
  public @Nullable BigDecimal optionalDecimal(String name) {
    JsonValue value = take(name);
    if (value == null) {
      return null;
    }
    if (value instanceof JsonNumber number) {
      return bounded(name, number.toString());
    }
    if (value instanceof JsonString string) {
      return bounded(name, string.getString());
    }
    throw wrong(name, "a number", value);
  }

  /** A decimal number that must be there. */
  public BigDecimal decimal(String name) {
    return required(name, optionalDecimal(name));
  }

  /** A decimal number, or the default when absent. */
  public BigDecimal decimal(String name, BigDecimal orElse) {
    BigDecimal value = optionalDecimal(name);
    return value == null ? orElse : value;
  }

  /** A whole number within 64 bits, or null when absent. */
  public @Nullable Long optionalInteger(String name) {
    BigDecimal value = optionalDecimal(name);
    if (value == null) {
      return null;
    }
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw new InvalidValue(path + name, "must be a whole number of 64 bits");
    }
  }

  /** A whole number that must be there. */
  public long integer(String name) {
    return required(name, optionalInteger(name));
  }

  /** A truth value, or the default when absent. */
  public boolean bool(String name, boolean orElse) {
    JsonValue value = take(name);
    if (value == null) {
      return orElse;
    }
    return switch (value.getValueType()) {
      case TRUE -> true;
      case FALSE -> false;
      default -> throw wrong(name, "true or false", value);
    };
  }

  /** A truth value that must be there. */
  public boolean bool(String name) {
    required(name, take(name));
    return bool(name, false);
  }

  /** An instant such as {@code 2026-11-22T16:00:00Z}, or null when absent. */
  public @Nullable Instant optionalInstant(String name) {
    String text = optionalText(name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new InvalidValue(
          path + name, "must be an instant such as 2026-11-22T16:00:00Z; found \"" + text + "\"");
    }
  }

  /** One of an enum's lower-case words. */
  public <E extends Enum<E>> E word(String name, Class<E> type) {
    return Keys.word(path + name, type, text(name));
  }

  /** A list of an enum's lower-case words, empty when absent. */
  public <E extends Enum<E>> List<E> words(String name, Class<E> type) {
    return texts(name).stream().map(word -> Keys.word(path + name, type, word)).toList();
  }

  /** A list of objects, empty when absent. */
  public <T> List<T> objects(String name, Function<Fields, T> read) {
    List<T> result = new ArrayList<>();
    List<JsonValue> values = list(name);
    for (int i = 0; i < values.size(); i++) {
      String at = path + name + "[" + i + "]";
      if (!(values.get(i) instanceof JsonObject element)) {
        throw new InvalidValue(at, "must be an object; found " + kind(values.get(i)));
      }
      Fields fields = new Fields(element, at + ".");
      result.add(read.apply(fields));
      fields.done();
    }
    return result;
  }

  /** A list of texts, empty when absent. */
  public List<String> texts(String name) {
    List<String> result = new ArrayList<>();
    for (JsonValue value : list(name)) {
      if (!(value instanceof JsonString string)) {
        throw new InvalidValue(path + name, "must be a list of texts; found " + kind(value));
      }
      result.add(wellFormed(path + name, string.getString()));
    }
    return result;
  }

  /** An object that must be there, member by member. */
  public Fields object(String name) {
    JsonValue value = required(name, take(name));
    if (value instanceof JsonObject inner) {
      return new Fields(inner, path + name + ".");
    }
    throw wrong(name, "an object", value);
  }

  /** Any JSON, or null when absent. */
  public @Nullable JsonValue optionalJson(String name) {
    return take(name);
  }

  /** The path of a member, as refusals name it. */
  public String path(String name) {
    return path + name;
  }

  /** The names of all members. */
  public Set<String> names() {
    return new TreeSet<>(object.keySet());
  }

  /** Any scalar as text: numbers and truth values as they are written. */
  public String scalar(String name) {
    JsonValue value = required(name, take(name));
    return switch (value.getValueType()) {
      case STRING -> wellFormed(path + name, ((JsonString) value).getString());
      case NUMBER, TRUE, FALSE -> value.toString();
      case ARRAY, OBJECT, NULL -> throw wrong(name, "a text, a number or a truth value", value);
    };
  }

  /** Refuses members that nobody took. */
  public void done() {
    Set<String> unknown = new TreeSet<>(object.keySet());
    unknown.removeAll(taken);
    if (!unknown.isEmpty()) {
      throw new InvalidValue(
          path + unknown.iterator().next(),
          "is not a known field here; known are " + String.join(", ", new TreeSet<>(taken)));
    }
  }

  private List<JsonValue> list(String name) {
    JsonValue value = take(name);
    if (value == null) {
      return List.of();
    }
    if (value.getValueType() != JsonValue.ValueType.ARRAY) {
      throw wrong(name, "a list", value);
    }
    List<JsonValue> list = value.asJsonArray();
    if (list.size() > LIST_LIMIT) {
      throw new InvalidValue(path + name, "must have at most " + LIST_LIMIT + " elements");
    }
    return list;
  }

  private @Nullable JsonValue take(String name) {
    taken.add(name);
    JsonValue value = object.get(name);
    return value == null || value.getValueType() == JsonValue.ValueType.NULL ? null : value;
  }

  /** Bounded before any arithmetic: 1e999999999 is short to write and endless to expand. */
  private BigDecimal bounded(String name, String text) {
    try {
      BigDecimal value = text.length() > 60 ? null : new BigDecimal(text);
      if (value != null && Math.abs(value.scale()) <= 30 && value.precision() <= 40) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new InvalidValue(path + name, "must be a number; found \"" + text + "\"");
    }
    throw new InvalidValue(path + name, "must be a number of at most 40 digits");
  }

  private <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new InvalidValue(path + name, "is required");
    }
    return value;
  }

  private InvalidValue wrong(String name, String expected, JsonValue found) {
    return new InvalidValue(path + name, "must be " + expected + "; found " + kind(found));
  }

  private static String kind(JsonValue value) {
    return switch (value.getValueType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case TRUE, FALSE -> "a truth value";
      case NULL -> "null";
    };
  }
}
