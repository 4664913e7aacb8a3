package io.trialog.query;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Members of answers: snake_case, absent ones left out. */
public final class Members {
  /** Kept: each {@code Json.create...} looks for a provider on the class path again. */
  public static final JsonProvider JSON = JsonProvider.provider();

  private static final int PPM_DIGITS = 6;

  private Members() {}

  /** Adds a text when there is one. */
  public static void put(JsonObjectBuilder json, String name, @Nullable String value) {
    if (value != null) {
      json.add(name, value);
    }
  }

  /** Adds a number when there is one. */
  public static void put(JsonObjectBuilder json, String name, @Nullable BigDecimal value) {
    if (value != null) {
      json.add(name, value);
    }
  }

  /** Adds a time when there is one. */
  public static void put(JsonObjectBuilder json, String name, @Nullable Instant value) {
    if (value != null) {
      json.add(name, value.toString());
    }
  }

  /** An array of texts. */
  public static JsonArrayBuilder texts(Collection<String> texts) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    texts.forEach(array::add);
    return array;
  }

  /** An array of objects. */
  public static <T> JsonArrayBuilder array(
      Collection<T> elements, Function<? super T, JsonObjectBuilder> json) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    elements.forEach(each -> array.add(json.apply(each)));
    return array;
  }

  /** Parts per million as a share. */
  public static BigDecimal share(int ppm) {
    return plain(BigDecimal.valueOf(ppm, PPM_DIGITS));
  }

  /** The same number without trailing zeros or exponent. */
  public static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /** An object from bytes that this platform wrote. */
  public static JsonObject parse(byte[] json) {
    try (JsonReader reader = JSON.createReader(new ByteArrayInputStream(json))) {
      return reader.readObject();
    }
  }

  /** Any value from text that this platform wrote. */
  public static JsonValue value(String json) {
    try (JsonReader reader = JSON.createReader(new StringReader(json))) {
      return reader.readValue();
    }
  }
}
