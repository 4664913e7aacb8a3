package io.trialog.audit.proof;

import java.util.Iterator;
import java.util.Map;

/**
 * Writes the canonical form: sorted names, no white space, the shortest escapes (RFC 8785, 3.2).
 */
final class JsonWriter {

  private static final String HEX = "0123456789abcdef";

  private JsonWriter() {}

  static void write(Json json, StringBuilder out) {
    switch (json) {
      case Json.Members members -> writeMembers(members, out);
      case Json.Items items -> writeItems(items, out);
      case Json.Text text -> writeText(text.value(), out);
      case Json.Int number -> out.append(number.value());
      case Json.Bool bool -> out.append(bool.value());
      case Json.Null _ -> out.append("null");
    }
  }

  private static void writeMembers(Json.Members members, StringBuilder out) {
    out.append('{');
    Iterator<Map.Entry<String, Json>> entries = members.byName().entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Json> entry = entries.next();
      writeText(entry.getKey(), out);
      out.append(':');
      write(entry.getValue(), out);
      if (entries.hasNext()) {
        out.append(',');
      }
    }
    out.append('}');
  }

  private static void writeItems(Json.Items items, StringBuilder out) {
    out.append('[');
    Iterator<Json> entries = items.list().iterator();
    while (entries.hasNext()) {
      write(entries.next(), out);
      if (entries.hasNext()) {
        out.append(',');
      }
    }
    out.append(']');
  }

  private static void writeText(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      writeChar(text.charAt(i), out);
    }
    out.append('"');
  }

  private static void writeChar(char c, StringBuilder out) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\t' -> out.append("\\t");
      case '\n' -> out.append("\\n");
      case '\f' -> out.append("\\f");
      case '\r' -> out.append("\\r");
      default -> {
        if (c < ' ') {
          out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
        } else {
          out.append(c);
        }
      }
    }
  }
}
