package io.trialog.sdk.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known about whoever asks: units ({@code user_id}, {@code device_id}) and attributes
 * ({@code country}) in one map of texts. Immutable; any thread. It stays in the process: only the
 * hashed subject and the attributes named as segments leave it.
 */
public final class Context {
  private static final Context EMPTY = new Context(Collections.emptyMap());

  private final Map<String, String> attributes;

  private Context(Map<String, String> attributes) {
    this.attributes = attributes;
  }

  /** A context of one attribute. */
  public static Context of(String attribute, String value) {
    return EMPTY.with(attribute, value);
  }

  /** A context of these attributes; null names and values are left out. */
  public static Context of(Map<String, String> attributes) {
    Map<String, String> copy = new LinkedHashMap<>();
    for (Map.Entry<String, @Nullable String> entry : attributes.entrySet()) {
      String value = entry.getValue();
      if (entry.getKey() != null && value != null) {
        copy.put(entry.getKey(), value);
      }
    }
    return new Context(copy);
  }

  public static Context empty() {
    return EMPTY;
  }

  /** The same and one more attribute; a null value takes the attribute away. */
  public Context with(String attribute, @Nullable String value) {
    Map<String, String> copy = new LinkedHashMap<>(attributes);
    if (value == null) {
      copy.remove(attribute);
    } else {
      copy.put(attribute, value);
    }
    return new Context(copy);
  }

  /** A boolean counts as the text {@code true} or {@code false}. */
  public Context with(String attribute, boolean value) {
    return with(attribute, String.valueOf(value));
  }

  /** An integer counts as its decimal text. */
  public Context with(String attribute, long value) {
    return with(attribute, String.valueOf(value));
  }

  /** The attribute's text, or null. */
  public @Nullable String get(String attribute) {
    return attributes.get(attribute);
  }

  /** The attribute's text, null also when it is empty: nobody's id is the empty text. */
  @Nullable String subject(String unit) {
    String subject = attributes.get(unit);
    return subject == null || subject.isEmpty() ? null : subject;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Context && attributes.equals(((Context) other).attributes);
  }

  @Override
  public int hashCode() {
    return attributes.hashCode();
  }

  /** Names only: values may be personal data, and texts end up in logs. */
  @Override
  public String toString() {
    return "Context" + new TreeMap<>(attributes).keySet();
  }
}
