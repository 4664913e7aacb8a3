package io.trialog.query.ofrep;

import io.trialog.query.Members;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import org.jspecify.annotations.Nullable;

/** A question that is answered with an error of OFREP. */
final class OfrepRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final ErrorCode code;

  OfrepRefused(int status, ErrorCode code, String details) {
    super(details, null, false, false);
    this.status = status;
    this.code = code;
  }

  static OfrepRefused badRequest(ErrorCode code, String details) {
    return new OfrepRefused(400, code, details);
  }

  int status() {
    return status;
  }

  /**
   * The document.
   *
   * @param key of the flag that was asked for; null when all were
   */
  JsonObject json(@Nullable String key) {
    JsonObjectBuilder json = Members.JSON.createObjectBuilder();
    Members.put(json, "key", key);
    return json.add("errorCode", code.name())
        .add("errorDetails", String.valueOf(getMessage()))
        .build();
  }
}
