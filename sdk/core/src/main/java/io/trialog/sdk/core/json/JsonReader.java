package io.trialog.sdk.core.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON text (RFC 8259) into a tree: {@code Map<String, Object>} in the order of the text,
 * {@code List<Object>}, {@code String}, {@code Long} for integers within ±(2^53-1), {@code
 * BigDecimal} for any other number, {@code Boolean}, null. Maps and lists are unmodifiable.
 *
 * <p>Stricter than the RFC in three places: a key may stand only once in an object, nesting stops
 * at {@link #MAX_DEPTH}, and a number has at most {@link #MAX_NUMBER_CHARS} characters.
 */
public final class JsonReader {
  /** Deepest nesting of arrays and objects. */
  public static final int MAX_DEPTH = 32;

  /** Longest number. */
  public static final int MAX_NUMBER_CHARS = 100;

  static final long MAX_INTEGER = (1L << 53) - 1;

  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  /**
   * Reads ordinary JSON.
   *
   * @throws JsonException naming the offset and what was expected
   */
  public static @Nullable Object read(String text) throws JsonException {
    JsonReader reader = new JsonReader(text);
    reader.skipSpace();
    Object value = reader.value(0);
    reader.skipSpace();
    if (reader.at < text.length()) {
      throw reader.expected("the end of the text");
    }
    return value;
  }

  /**
   * Reads JSON that must be in RFC 8785 form with integers only: sorted keys, no white space, the
   * shortest escapes, no lone surrogates, no floats.
   *
   * @throws JsonException also when the text is valid JSON and not in that form
   */
  public static @Nullable Object readCanonical(String text) throws JsonException {
    Object value = read(text);
    String canonical = JsonWriter.write(value);
    if (!canonical.equals(text)) {
      throw new JsonException(
          "the text is JSON and not in canonical form", mismatch(canonical, text));
    }
    return value;
  }

  private static int mismatch(String a, String b) {
    int shorter = Math.min(a.length(), b.length());
    for (int i = 0; i < shorter; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        return i;
      }
    }
    return shorter;
  }

  private @Nullable Object value(int depth) throws JsonException {
    if (depth > MAX_DEPTH) {
      throw expected("nesting of at most " + MAX_DEPTH);
    }
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        return literal("true", true);
      case 'f':
        return literal("false", false);
      case 'n':
        return literal("null", null);
      default:
        return number();
    }
  }

  private Map<String, @Nullable Object> object(int depth) throws JsonException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (taken('}')) {
      return Collections.unmodifiableMap(object);
    }
    do {
      skipSpace();
      int keyAt = at;
      String key = string();
      skipSpace();
      take(':', "a colon");
      skipSpace();
      if (object.containsKey(key)) {
        throw new JsonException("a key stands twice in one object", keyAt);
      }
      object.put(key, value(depth + 1));
      skipSpace();
    } while (taken(','));
    take('}', "a comma or a closing brace");
    return Collections.unmodifiableMap(object);
  }

  private List<@Nullable Object> array(int depth) throws JsonException {
    List<@Nullable Object> array = new ArrayList<>();
    at++;
    skipSpace();
    if (taken(']')) {
      return Collections.unmodifiableList(array);
    }
    do {
      skipSpace();
      array.add(value(depth + 1));
      skipSpace();
    } while (taken(','));
    take(']', "a comma or a closing bracket");
    return Collections.unmodifiableList(array);
  }

  private String string() throws JsonException {
    take('"', "a quotation mark");
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"') {
        return text.substring(start, at++);
      }
      if (c == '\\') {
        return escapedString(start);
      }
      if (c < 0x20) {
        throw expected("an escaped control character");
      }
      at++;
    }
    throw expected("a closing quotation mark");
  }

  private String escapedString(int start) throws JsonException {
    StringBuilder out = new StringBuilder(text.substring(start, at));
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return out.toString();
      }
      if (c < 0x20) {
        at--;
        throw expected("an escaped control character");
      }
      out.append(c == '\\' ? escape() : c);
    }
    throw expected("a closing quotation mark");
  }

  private char escape() throws JsonException {
    char c = peek();
    at++;
    switch (c) {
      case '"':
      case '\\':
      case '/':
        return c;
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'u':
        return fourDigits();
      default:
        at--;
        throw expected("a known escape");
    }
  }

  private char fourDigits() throws JsonException {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = peek();
      // Character.digit also takes digits of other scripts.
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw expected("a hexadecimal digit");
      }
      value = value << 4 | digit;
      at++;
    }
    return (char) value;
  }

  private Object number() throws JsonException {
    int start = at;
    taken('-');
    boolean zero = taken('0');
    if (!zero) {
      digits();
    }
    boolean integer = true;
    if (taken('.')) {
      integer = false;
      digits();
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      integer = false;
      at++;
      if (!taken('+')) {
        taken('-');
      }
      digits();
    }
    if (at - start > MAX_NUMBER_CHARS) {
      throw expected("a number of at most " + MAX_NUMBER_CHARS + " characters");
    }
    return numberOf(text.substring(start, at), integer);
  }

  private Object numberOf(String number, boolean integer) throws JsonException {
    if (integer && number.length() <= 17) {
      long value = Long.parseLong(number);
      // -0 is a float: as an integer it would lose its sign.
      if (Math.abs(value) <= MAX_INTEGER && !number.equals("-0")) {
        return value;
      }
    }
    try {
      return new BigDecimal(number);
    } catch (NumberFormatException e) {
      throw expected("a number with a smaller exponent");
    }
  }

  private void digits() throws JsonException {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw expected("a digit");
    }
  }

  private @Nullable Object literal(String word, @Nullable Object value) throws JsonException {
    if (!text.startsWith(word, at)) {
      throw expected("a value");
    }
    at += word.length();
    return value;
  }

  private char peek() throws JsonException {
    if (at >= text.length()) {
      throw expected("more text");
    }
    return text.charAt(at);
  }

  private boolean taken(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void take(char c, String name) throws JsonException {
    if (!taken(c)) {
      throw expected(name);
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private JsonException expected(String what) {
    return new JsonException("expected " + what, at);
  }
}
