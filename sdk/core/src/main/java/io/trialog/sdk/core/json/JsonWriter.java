package io.trialog.sdk.core.json;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree as RFC 8785 text: keys sorted by UTF-16 code units, no white space, the shortest
 * escapes. Numbers are integers within ±(2^53-1); decimals travel as texts, except through {@link
 * Decimal}.
 */
public final class JsonWriter {
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder(256);

  private JsonWriter() {}

  /**
   * A number that is written as its plain decimal digits. For request bodies, never for signed
   * bytes: RFC 8785 has no such form.
   */
  public static final class Decimal {
    private final String digits;

    public Decimal(java.math.BigDecimal value) {
      this.digits = value.toPlainString();
    }
  }

  /**
   * The text of a tree of maps (with text keys), lists, texts, booleans, null and integers.
   *
   * @throws JsonException for any other value, an integer beyond 2^53-1, or a lone surrogate
   */
  public static String write(@Nullable Object tree) throws JsonException {
    JsonWriter writer = new JsonWriter();
    writer.value(tree);
    return writer.out.toString();
  }

  private void value(@Nullable Object value) throws JsonException {
    if (value == null) {
      out.append("null");
    } else if (value instanceof String) {
      string((String) value);
    } else if (value instanceof Boolean) {
      out.append((boolean) value);
    } else if (value instanceof Long || value instanceof Integer) {
      integer(((Number) value).longValue());
    } else if (value instanceof Decimal) {
      out.append(((Decimal) value).digits);
    } else if (value instanceof List) {
      array((List<?>) value);
    } else if (value instanceof Map) {
      object((Map<?, ?>) value);
    } else {
      throw new JsonException("expected an integer, found a " + value.getClass().getSimpleName());
    }
  }

  private void integer(long value) throws JsonException {
    if (value > JsonReader.MAX_INTEGER || value < -JsonReader.MAX_INTEGER) {
      throw new JsonException("expected an integer within 2^53-1, found " + value);
    }
    out.append(value);
  }

  private void array(List<?> array) throws JsonException {
    char before = '[';
    for (Object element : array) {
      out.append(before);
      value(element);
      before = ',';
    }
    out.append(before == '[' ? "[]" : "]");
  }

  private void object(Map<?, ?> object) throws JsonException {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      sorted.put((String) entry.getKey(), entry.getValue());
    }
    char before = '{';
    for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
      out.append(before);
      string(entry.getKey());
      out.append(':');
      value(entry.getValue());
      before = ',';
    }
    out.append(before == '{' ? "{}" : "}");
  }

  private void string(String text) throws JsonException {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        control(c);
      } else if (!Character.isSurrogate(c)) {
        out.append(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        throw new JsonException("a text holds a lone surrogate", i);
      }
    }
    out.append('"');
  }

  private void control(char c) {
    int known = "\b\t\n\f\r".indexOf(c);
    if (known >= 0) {
      out.append('\\').append("btnfr".charAt(known));
    } else {
      out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
    }
  }
}
