package io.trialog.command.desired;

import io.trialog.http.JsonDocuments;
import io.trialog.http.StrictJson;
import io.trialog.language.wire.JsonCodec;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One member that the log and the file say differently; null where it is absent. */
record Difference(String field, @Nullable JsonValue from, @Nullable JsonValue to) {
  /** Between two things of the language, by the JSON that stands in the log; sorted by field. */
  static List<Difference> between(@Nullable Object before, Object after) {
    List<Difference> differences = new ArrayList<>();
    compare(
        "", before == null ? JsonValue.EMPTY_JSON_OBJECT : json(before), json(after), differences);
    return differences;
  }

  private static JsonObject json(Object value) {
    return StrictJson.parse(JsonCodec.encode(value));
  }

  private static void compare(
      String path, JsonObject before, JsonObject after, List<Difference> differences) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      JsonValue from = before.get(name);
      JsonValue to = after.get(name);
      if (from instanceof JsonObject old && to instanceof JsonObject next) {
        compare(path + name + ".", old, next, differences);
      } else if (!Objects.equals(from, to)) {
        differences.add(new Difference(path + name, from, to));
      }
    }
  }

  static JsonArrayBuilder json(List<Difference> differences) {
    JsonArrayBuilder list = JsonDocuments.list();
    for (Difference difference : differences) {
      list.add(
          JsonDocuments.object()
              .add("field", difference.field)
              .add("from", difference.from == null ? JsonValue.NULL : difference.from)
              .add("to", difference.to == null ? JsonValue.NULL : difference.to));
    }
    return list;
  }
}
