package io.trialog.query.revisions;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two documents. Members are compared by name and elements by index; numbers
 * by value, so 0.5 and 0.50 are the same. An inserted element therefore shows as changes of all
 * behind it: true, if not short. Changes come in the order of member names and indexes.
 */
public final class JsonDiff {
  private final List<Change> changes = new ArrayList<>();

  private JsonDiff() {}

  /**
   * One difference.
   *
   * @param path JSON Pointer (RFC 6901) into whichever document has it
   * @param before absent when the path was not there
   * @param after absent when the path is there no more
   */
  public record Change(String path, @Nullable JsonValue before, @Nullable JsonValue after) {}

  /** From one document to another; empty when they say the same. */
  public static List<Change> between(JsonObject before, JsonObject after) {
    JsonDiff diff = new JsonDiff();
    diff.compare("", before, after);
    return List.copyOf(diff.changes);
  }

  private void compare(String path, @Nullable JsonValue before, @Nullable JsonValue after) {
    if (before instanceof JsonObject one && after instanceof JsonObject other) {
      members(path, one, other);
    } else if (before instanceof JsonArray one && after instanceof JsonArray other) {
      elements(path, one, other);
    } else if (!isSame(before, after)) {
      changes.add(new Change(path, before, after));
    }
  }

  private void members(String path, JsonObject before, JsonObject after) {
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      compare(path + "/" + escaped(name), before.get(name), after.get(name));
    }
  }

  private void elements(String path, JsonArray before, JsonArray after) {
    for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
      compare(
          path + "/" + i,
          i < before.size() ? before.get(i) : null,
          i < after.size() ? after.get(i) : null);
    }
  }

  private static boolean isSame(@Nullable JsonValue before, @Nullable JsonValue after) {
    if (before instanceof JsonNumber one && after instanceof JsonNumber other) {
      return one.bigDecimalValue().compareTo(other.bigDecimalValue()) == 0;
    }
    return before == null ? after == null : before.equals(after);
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
