package io.trialog.measurement;

import java.math.BigDecimal;
import java.util.Map;

/**
 * Writes one flat JSON object, member by member, in the order of the calls.
 *
 * <p>Beside JSON-P because the stream job writes several of them for each event; a generator costs
 * ten times as much.
 */
public final class JsonText {
  private final StringBuilder out = new StringBuilder(256).append('{');

  /** A text member. */
  public JsonText text(String name, String value) {
    name(name);
    quoted(value);
    return this;
  }

  /** An integer member. */
  public JsonText number(String name, long value) {
    name(name);
    out.append(value);
    return this;
  }

  /** A decimal as a string, without exponent. */
  public JsonText decimal(String name, BigDecimal value) {
    return text(name, value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString());
  }

  /** An integer member, left out when it is 0. */
  public JsonText unlessZero(String name, long value) {
    return value == 0 ? this : number(name, value);
  }

  /** A decimal as a string, left out when it is 0. */
  public JsonText unlessZero(String name, BigDecimal value) {
    return value.signum() == 0 ? this : decimal(name, value);
  }

  /** An object of texts. */
  public JsonText texts(String name, Map<String, String> values) {
    name(name);
    var inner = new JsonText();
    values.forEach(inner::text);
    out.append(inner.end());
    return this;
  }

  /** Closes the object and answers all of it. Call it once, last. */
  public String end() {
    return out.append('}').toString();
  }

  private void name(String name) {
    if (out.length() > 1) {
      out.append(',');
    }
    quoted(name);
    out.append(':');
  }

  private void quoted(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      escaped(text.charAt(i));
    }
    out.append('"');
  }

  private void escaped(char c) {
    if (c == '"' || c == '\\') {
      out.append('\\').append(c);
    } else if (c < 0x20 || Character.isSurrogate(c) || c == 0x7f) {
      out.append("\\u")
          .append(Character.forDigit(c >> 12, 16))
          .append(Character.forDigit(c >> 8 & 15, 16));
      out.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
    } else {
      out.append(c);
    }
  }
}
