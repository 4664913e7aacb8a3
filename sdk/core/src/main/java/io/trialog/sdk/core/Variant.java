package io.trialog.sdk.core;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A variant of an experiment, with the JSON text it hands to the application, if any. */
public final class Variant {
  /** Longest payload in UTF-16 code units. */
  public static final int MAX_PAYLOAD = 65_536;

  private final String key;
  private final @Nullable String payload;

  private Variant(String key, @Nullable String payload) {
    this.key = key;
    this.payload = payload;
  }

  /**
   * A variant.
   *
   * @param payload opaque here: the SDK hands it on and does not parse it
   * @throws IllegalArgumentException for a malformed key or a payload that is too long
   */
  public static Variant of(String key, @Nullable String payload) {
    return new Variant(
        Keys.key("variant", key),
        payload == null ? null : Keys.text("payload of " + key, payload, MAX_PAYLOAD));
  }

  public static Variant of(String key) {
    return of(key, null);
  }

  public String key() {
    return key;
  }

  public Optional<String> payload() {
    return Optional.ofNullable(payload);
  }

  @Nullable String payloadOrNull() {
    return payload;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Variant
        && key.equals(((Variant) other).key)
        && Objects.equals(payload, ((Variant) other).payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, payload);
  }

  @Override
  public String toString() {
    return key;
  }
}
