package io.trialog.sdk.core;

import io.trialog.sdk.core.targeting.Attributes;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known about whoever asks: units ({@code user_id}, {@code device_id}) and attributes
 * ({@code country}, {@code age}) in one map. Immutable; any thread. It stays in the process: only
 * the hashed subject and the attributes named as segments leave it.
 *
 * <p>A value has a type, and a condition of another type is not met by it (protocol clause 9.5):
 * give numbers as numbers and truth as truth. A version is a text.
 */
public final class Context implements Attributes {
  /** With more attributes than these a table finds them. */
  private static final int SCANNED = 12;

  private static final Context EMPTY = new Context(Collections.emptyMap());

  /** Name and value in turn: few of them are found in fewer steps through memory than a table's. */
  private final Object[] parts;

  private final @Nullable Map<String, Object> table;

  private Context(Map<String, Object> attributes) {
    parts = new Object[2 * attributes.size()];
    int at = 0;
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      parts[at++] = attribute.getKey();
      parts[at++] = attribute.getValue();
    }
    table = attributes.size() > SCANNED ? attributes : null;
  }

  /** A context of one attribute. */
  public static Context of(String attribute, String value) {
    return EMPTY.with(attribute, value);
  }

  /** A context of these texts; null names and values are left out. */
  public static Context of(Map<String, String> attributes) {
    Map<String, Object> copy = new LinkedHashMap<>();
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

  /** The same and one more attribute, a text; a null value takes the attribute away. */
  public Context with(String attribute, @Nullable String value) {
    return put(attribute, value);
  }

  /** The same and one more attribute, true or false. */
  public Context with(String attribute, boolean value) {
    return put(attribute, value);
  }

  /** The same and one more attribute, a number; beyond 2^53 it is compared as the next double. */
  public Context with(String attribute, long value) {
    return put(attribute, new Numeric(value, Long.toString(value)));
  }

  /** The same and one more attribute, a number. */
  public Context with(String attribute, double value) {
    return put(attribute, Numeric.of(value));
  }

  /** The same and one more attribute, a set of texts; nulls in it are left out. */
  public Context with(String attribute, @Nullable Collection<String> values) {
    if (values == null) {
      return put(attribute, null);
    }
    Set<String> set = new HashSet<>(values);
    set.removeIf(Objects::isNull);
    return put(attribute, Collections.unmodifiableSet(set));
  }

  private Context put(String attribute, @Nullable Object value) {
    Map<String, Object> copy = map();
    if (value == null) {
      copy.remove(attribute);
    } else {
      copy.put(attribute, value);
    }
    return new Context(copy);
  }

  /** The attributes in their order; a copy. */
  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i += 2) {
      map.put((String) parts[i], parts[i + 1]);
    }
    return map;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Mostly the same literal; equals has the last word.
  public @Nullable Object value(String attribute) {
    if (table != null) {
      return table.get(attribute);
    }
    for (int i = 0; i < parts.length; i += 2) {
      if (parts[i] == attribute) {
        return parts[i + 1];
      }
    }
    return search(attribute);
  }

  private @Nullable Object search(String attribute) {
    for (int i = 0; i < parts.length; i += 2) {
      if (Objects.equals(parts[i], attribute)) {
        return parts[i + 1];
      }
    }
    return null;
  }

  /**
   * The attribute's text: of an integer its decimal digits, of truth {@code true} or {@code false}.
   * Null when there is none, and for sets and numbers that are no integers.
   */
  @Override
  public @Nullable String get(String attribute) {
    Object value = value(attribute);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    if (value instanceof Numeric) {
      return ((Numeric) value).text;
    }
    return value instanceof Boolean ? value.toString() : null;
  }

  /** The attribute's text, null also when it is empty: nobody's id is the empty text. */
  @Nullable String subject(String unit) {
    String subject = get(unit);
    return subject == null || subject.isEmpty() ? null : subject;
  }

  /** A number and, if it is an integer, its text, made once. */
  private static final class Numeric extends Number {
    private static final long serialVersionUID = 1L;
    private static final double MAX_INTEGER = (1L << 53) - 1;

    private final double value;
    private final @Nullable String text;

    Numeric(double value, @Nullable String text) {
      this.value = value;
      this.text = text;
    }

    static Numeric of(double value) {
      boolean integer = Math.rint(value) == value && Math.abs(value) <= MAX_INTEGER;
      return new Numeric(value, integer ? Long.toString((long) value) : null);
    }

    @Override
    public double doubleValue() {
      return value;
    }

    @Override
    public float floatValue() {
      return (float) value;
    }

    @Override
    public long longValue() {
      return (long) value;
    }

    @Override
    public int intValue() {
      return (int) value;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Numeric
          && Double.compare(value, ((Numeric) other).value) == 0
          && Objects.equals(text, ((Numeric) other).text);
    }

    @Override
    public int hashCode() {
      return Double.hashCode(value);
    }

    @Override
    public String toString() {
      return text == null ? Double.toString(value) : text;
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Context && map().equals(((Context) other).map());
  }

  @Override
  public int hashCode() {
    return map().hashCode();
  }

  /** Names only: values may be personal data, and texts end up in logs. */
  @Override
  public String toString() {
    return "Context" + new TreeSet<>(map().keySet());
  }
}
