package io.trialog.query.results;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.math.BigDecimal;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** JSON values; what is absent or not finite is null, so that no NaN can be shown. */
final class Values {
  private static final JsonProvider JSON = JsonProvider.provider();
  private static final JsonBuilderFactory BUILDERS = JSON.createBuilderFactory(Map.of());

  private Values() {}

  static JsonObjectBuilder object() {
    return BUILDERS.createObjectBuilder();
  }

  static JsonArrayBuilder array() {
    return BUILDERS.createArrayBuilder();
  }

  static JsonValue number(double value) {
    return Double.isFinite(value) ? JSON.createValue(value) : JsonValue.NULL;
  }

  static JsonValue number(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : JsonValue.NULL;
  }

  /** Without trailing zeros and without an exponent. */
  static JsonValue number(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return JSON.createValue(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
  }

  static JsonValue text(@Nullable Object value) {
    return value == null ? JsonValue.NULL : JSON.createValue(value.toString());
  }
}
