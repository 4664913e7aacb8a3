package io.trialog.sdk.core;

import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON text as the type that an application wants, or its fallback. Never throws. */
final class JsonText {
  private JsonText() {}

  static boolean truth(@Nullable String json, boolean fallback) {
    Object value = tree(json).orElse(null);
    return value instanceof Boolean ? (Boolean) value : fallback;
  }

  static double number(@Nullable String json, double fallback) {
    Object value = tree(json).orElse(null);
    return value instanceof Number ? ((Number) value).doubleValue() : fallback;
  }

  static String text(@Nullable String json, String fallback) {
    Object value = tree(json).orElse(null);
    return value instanceof String ? (String) value : fallback;
  }

  static Optional<Object> tree(@Nullable String json) {
    try {
      return json == null ? Optional.empty() : Optional.ofNullable(JsonReader.read(json));
    } catch (JsonException e) {
      return Optional.empty();
    }
  }
}
