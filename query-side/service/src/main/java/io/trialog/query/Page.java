package io.trialog.query;

import io.trialog.language.InvalidValue;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A part of a sorted map: {@code limit} entries, 1 to 500, behind the key in {@code cursor}. A page
 * stays right when entries come or go.
 */
public record Page(int limit, String after) {
  private static final int LIMIT = 500;
  private static final int DEFAULT_LIMIT = 100;
  private static final String PREFIX = "after-";

  /** From {@code limit} and {@code cursor}. */
  public static Page of(Parameters parameters) {
    int limit = (int) parameters.integer("limit", DEFAULT_LIMIT, 1, LIMIT);
    String cursor = parameters.text("cursor");
    if (cursor == null) {
      return new Page(limit, "");
    }
    if (!cursor.startsWith(PREFIX)) {
      throw new InvalidValue("cursor", "must be one that a page gave");
    }
    return new Page(limit, cursor.substring(PREFIX.length()));
  }

  /** {@code {"<name>":[..],"next_cursor":"..","position":n}}; no cursor on the last page. */
  public <T> JsonObject list(
      String name,
      SortedMap<String, T> all,
      Predicate<T> admitted,
      Function<T, JsonObject> json,
      long position) {
    // The zero byte follows no key directly, so this is "behind", not "at".
    List<java.util.Map.Entry<String, T>> found =
        all.tailMap(after.isEmpty() ? after : after + '\0').entrySet().stream()
            .filter(entry -> admitted.test(entry.getValue()))
            .limit(limit + 1L)
            .toList();
    JsonArrayBuilder array = Json.createArrayBuilder();
    found.stream().limit(limit).forEach(entry -> array.add(json.apply(entry.getValue())));
    JsonObjectBuilder body = Json.createObjectBuilder().add(name, array);
    @Nullable String next = found.size() > limit ? found.get(limit - 1).getKey() : null;
    if (next != null) {
      body.add("next_cursor", PREFIX + next);
    }
    return body.add("position", position).build();
  }
}
