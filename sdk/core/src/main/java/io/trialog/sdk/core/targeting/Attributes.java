package io.trialog.sdk.core.targeting;

import org.jspecify.annotations.Nullable;

/** The attributes of whoever asks. */
public interface Attributes {
  /**
   * A {@code String}, a {@code Number} (read as a double), a {@code Boolean}, a {@code Set} of
   * texts, or null when there is no such attribute.
   */
  @Nullable Object value(String attribute);

  /**
   * The attribute as text, the way format 1 compares it (protocol clause 5.3); null without one.
   */
  @Nullable String get(String attribute);
}
