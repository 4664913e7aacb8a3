package io.trialog.http;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.spi.JsonProvider;

/**
 * Makes JSON documents. {@code jakarta.json.Json} looks its provider up at every call, which costs
 * more than most documents; this looks once.
 */
public final class JsonDocuments {
  static final JsonProvider PROVIDER = JsonProvider.provider();

  private JsonDocuments() {}

  /** A new object. */
  public static JsonObjectBuilder object() {
    return PROVIDER.createObjectBuilder();
  }

  /** A new list. */
  public static JsonArrayBuilder list() {
    return PROVIDER.createArrayBuilder();
  }

  /** A text. */
  public static JsonString text(String value) {
    return PROVIDER.createValue(value);
  }

  /** A whole number. */
  public static JsonNumber number(long value) {
    return PROVIDER.createValue(value);
  }
}
