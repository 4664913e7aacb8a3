package io.trialog.audit.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;

/** One pass over RFC 8259 text by recursive descent, at most {@link Json#MAX_DEPTH} deep. */
final class JsonParser {

  private static final char END = '\0';

  private final String text;
  private int at;
  private int depth;

  JsonParser(String text) {
    this.text = text;
  }

  Json parse() {
    Json value = value();
    skipWhiteSpace();
    if (at != text.length()) {
      throw malformed("nothing follows the value");
    }
    return value;
  }

  private MalformedException malformed(String rule) {
    return new MalformedException("JSON at offset " + at + ": " + rule);
  }

  /** The next character, or NUL at the end: NUL is not allowed anywhere in JSON. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private boolean skip(char expected) {
    boolean found = peek() == expected && at < text.length();
    if (found) {
      at++;
    }
    return found;
  }

  private void expect(char expected) {
    if (!skip(expected)) {
      throw malformed("'" + expected + "' expected");
    }
  }

  private void skipWhiteSpace() {
    while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') {
      at++;
    }
  }

  private Json value() {
    skipWhiteSpace();
    return switch (peek()) {
      case '{' -> nested(this::members);
      case '[' -> nested(this::items);
      case '"' -> new Json.Text(string());
      case 't' -> literal("true", new Json.Bool(true));
      case 'f' -> literal("false", new Json.Bool(false));
      case 'n' -> literal("null", new Json.Null());
      default -> number();
    };
  }

  private Json nested(Supplier<Json> content) {
    if (depth == Json.MAX_DEPTH) {
      throw malformed("nested deeper than " + Json.MAX_DEPTH);
    }
    depth++;
    at++;
    Json value = content.get();
    depth--;
    return value;
  }

  private Json members() {
    TreeMap<String, Json> byName = new TreeMap<>();
    skipWhiteSpace();
    if (skip('}')) {
      return new Json.Members(byName);
    }
    do {
      skipWhiteSpace();
      String name = string();
      skipWhiteSpace();
      expect(':');
      if (byName.put(name, value()) != null) {
        throw malformed("the name " + StrictText.quote(name) + " stands twice in one object");
      }
      skipWhiteSpace();
    } while (skip(','));
    expect('}');
    return new Json.Members(byName);
  }

  private Json items() {
    List<Json> list = new ArrayList<>();
    skipWhiteSpace();
    if (skip(']')) {
      return new Json.Items(list);
    }
    do {
      list.add(value());
      skipWhiteSpace();
    } while (skip(','));
    expect(']');
    return new Json.Items(list);
  }

  private Json literal(String word, Json value) {
    if (!text.startsWith(word, at)) {
      throw malformed(word + " expected");
    }
    at += word.length();
    return value;
  }

  private Json number() {
    int start = at;
    skip('-');
    int digits = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    boolean leadingZero = at - digits > 1 && text.charAt(digits) == '0';
    if (at == digits || leadingZero) {
      throw malformed("a value expected");
    }
    if (peek() == '.' || peek() == 'e' || peek() == 'E') {
      throw malformed("fractions and exponents are refused; write a decimal as a string");
    }
    if (at - digits > 16) {
      throw malformed("integers lie within ±(2^53-1)");
    }
    return new Json.Int(Long.parseLong(text, start, at, 10));
  }

  private String string() {
    expect('"');
    int start = at;
    while (peek() >= ' ' && peek() != '"' && peek() != '\\') {
      at++;
    }
    if (skip('"')) {
      return text.substring(start, at - 1);
    }
    StringBuilder value = new StringBuilder(text.substring(start, at));
    while (!skip('"')) {
      value.append(skip('\\') ? escaped() : plain());
    }
    return value.toString();
  }

  private char plain() {
    if (peek() < ' ') {
      throw malformed("a string is closed and has no raw control characters");
    }
    return text.charAt(at++);
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'f' -> '\f';
      case 'r' -> '\r';
      case 'u' -> codeUnit();
      default -> throw malformed("unknown escape");
    };
  }

  private char codeUnit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      char c = peek();
      // Not Character.digit alone: it accepts digits of every script.
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw malformed("four hex digits expected");
      }
      unit = unit * 16 + digit;
      at++;
    }
    return (char) unit;
  }
}
