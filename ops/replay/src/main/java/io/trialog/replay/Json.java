package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/** Reading JSON without surprises: what is absent, null or of another kind is empty. */
final class Json {

  /** Looked up once: each look-up scans the class path. */
  static final JsonProvider PROVIDER = JsonProvider.provider();

  private static final int LONGEST_NUMBER = 400;

  private Json() {}

  /** The object or array in the bytes, or empty when they hold no JSON. */
  static Optional<JsonStructure> read(byte[] bytes) {
    try (JsonReader reader =
        PROVIDER.createReaderFactory(null).createReader(new ByteArrayInputStream(bytes), UTF_8)) {
      return Optional.of(reader.read());
    } catch (JsonException e) {
      return Optional.empty();
    }
  }

  static Optional<String> text(JsonObject object, String member) {
    return object.get(member) instanceof JsonString text
        ? Optional.of(text.getString())
        : Optional.empty();
  }

  /** A number, or a string that holds one: exact sums travel as strings. */
  static Optional<BigDecimal> number(JsonObject object, String member) {
    return Optional.ofNullable(object.get(member)).flatMap(Json::number);
  }

  static Optional<BigDecimal> number(JsonValue value) {
    return switch (value) {
      case JsonNumber number -> Optional.of(number.bigDecimalValue());
      case JsonString text -> decimal(text.getString());
      default -> Optional.empty();
    };
  }

  static long count(JsonObject object, String member) {
    return number(object, member).map(BigDecimal::longValue).orElse(0L);
  }

  static JsonObject object(JsonObject object, String member) {
    return object.get(member) instanceof JsonObject found ? found : JsonValue.EMPTY_JSON_OBJECT;
  }

  static List<JsonObject> objects(JsonObject object, String member) {
    return object.get(member) instanceof JsonArray found ? objects(found) : List.of();
  }

  static List<JsonObject> objects(JsonArray array) {
    return array.stream().filter(JsonObject.class::isInstance).map(JsonObject.class::cast).toList();
  }

  private static Optional<BigDecimal> decimal(String text) {
    try {
      return text.length() > LONGEST_NUMBER ? Optional.empty() : Optional.of(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
