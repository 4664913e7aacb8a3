package io.trialog.sdk.core.openfeature;

import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import org.jspecify.annotations.Nullable;

/**
 * The value that a decision stands for (protocol clause 14.3), as {@link JsonReader} makes it: a
 * map, a list, a {@code String}, a {@code Long}, a {@code BigDecimal}, a {@code Boolean}; null
 * where the code's default is meant.
 */
public final class DecidedValue {
  private DecidedValue() {}

  /** The variant's payload, or its key as a text when it has none. */
  public static @Nullable Object of(Decision decision) {
    return decision.payload().isPresent() ? parse(decision.payload().get()) : decision.variant();
  }

  /** The flag's value. */
  public static @Nullable Object of(FlagDecision decision) {
    return parse(decision.value());
  }

  /** A payload is the author's own text; one that is no JSON is handed on as a text. */
  private static @Nullable Object parse(String text) {
    try {
      return JsonReader.read(text);
    } catch (JsonException e) {
      return text;
    }
  }
}
