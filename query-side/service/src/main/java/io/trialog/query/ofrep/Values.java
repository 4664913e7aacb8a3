package io.trialog.query.ofrep;

import io.trialog.query.Members;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From the SDK's trees to the JSON that services write. */
final class Values {
  private Values() {}

  /** The value of a tree as {@code JsonReader} makes it. */
  static JsonValue json(@Nullable Object tree) {
    return switch (tree) {
      case null -> JsonValue.NULL;
      case Boolean truth -> truth ? JsonValue.TRUE : JsonValue.FALSE;
      case String text -> Members.JSON.createValue(text);
      case Long integer -> Members.JSON.createValue(integer);
      case BigDecimal number -> Members.JSON.createValue(number);
      case List<?> list -> array(list);
      case Map<?, ?> map -> object(map);
      default -> throw new IllegalArgumentException("no JSON for " + tree.getClass());
    };
  }

  private static JsonValue array(List<?> list) {
    JsonArrayBuilder array = Members.JSON.createArrayBuilder();
    list.forEach(each -> array.add(json(each)));
    return array.build();
  }

  private static JsonValue object(Map<?, ?> map) {
    JsonObjectBuilder object = Members.JSON.createObjectBuilder();
    map.forEach((name, value) -> object.add(String.valueOf(name), json(value)));
    return object.build();
  }
}
