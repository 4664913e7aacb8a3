package io.trialog.sdk.core.json;

/** A text that is not the JSON that was asked for. The message holds no part of the text. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String message, int offset) {
    super(message + " at offset " + offset);
  }

  JsonException(String message) {
    super(message);
  }
}
