package io.trialog.command;

import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.http.Correlation;
import io.trialog.http.Fields;
import io.trialog.http.JsonDocuments;
import io.trialog.http.ProblemException;
import io.trialog.http.StrictJson;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.wire.Sha256;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** From a request to an order, and from an answer to a response. */
public final class Orders {
  private static final Pattern ETAG = Pattern.compile("(?:W/)?\"(\\d{1,18})\"");
  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private final HttpServletRequest request;
  private final JsonObject body;
  private @Nullable String reason;

  private Orders(HttpServletRequest request, JsonObject body) {
    this.request = request;
    this.body = body;
  }

  /** Reads the body, strictly. */
  public static Orders of(HttpServletRequest request) {
    return new Orders(request, StrictJson.read(request));
  }

  /** What the body asks for; its {@code reason} is taken, and unknown members are refused. */
  public <T> T body(Function<Fields, T> read) {
    Fields fields = Fields.of(body);
    reason = fields.optionalText("reason");
    if (reason != null) {
      Keys.bounded("reason", reason);
    }
    T result = read.apply(fields);
    fields.done();
    return result;
  }

  /** The circumstances of the order; to be asked after {@link #body}. */
  public Order by(Caller caller) {
    return new Order(
        caller.actor(),
        reason,
        Correlation.of(request),
        null,
        idempotencyKey(),
        digest(),
        ifMatch(),
        caller.credential(),
        caller.authenticatedAt());
  }

  /** The response to an answered order. */
  public static ResponseEntity<byte[]> respond(int status, CommandDesk.Answer answer) {
    return respond(status, answer, JsonDocuments.object());
  }

  /** The response to an answered order, with more members. */
  public static ResponseEntity<byte[]> respond(
      int status, CommandDesk.Answer answer, JsonObjectBuilder members) {
    JsonObjectBuilder json =
        JsonDocuments.object()
            .add("id", answer.id())
            .add("revision", answer.revision())
            .add("position", answer.position());
    if (answer.status() != null) {
      json.add("status", answer.status());
    }
    json.addAll(members);
    HttpHeaders headers = new HttpHeaders();
    headers.setETag("\"" + answer.revision() + "\"");
    return Answers.json(status, headers, json.build());
  }

  private @Nullable String idempotencyKey() {
    String key = request.getHeader("Idempotency-Key");
    if (key != null && !IDEMPOTENCY_KEY.matcher(key).matches()) {
      throw new InvalidValue("Idempotency-Key", "must be 1 to 128 visible ASCII characters");
    }
    return key;
  }

  private @Nullable Long ifMatch() {
    String header = request.getHeader(HttpHeaders.IF_MATCH);
    if (header == null || header.equals("*")) {
      return null;
    }
    Matcher etag = ETAG.matcher(header);
    if (!etag.matches()) {
      throw new ProblemException(
          400,
          "invalid_value",
          "If-Match must be one ETag as the server gave it, such as \"3\" in double quotes.");
    }
    return Long.valueOf(etag.group(1));
  }

  private String digest() {
    String route = request.getMethod() + " " + request.getRequestURI() + "\n";
    return Sha256.hex(route.getBytes(StandardCharsets.UTF_8), Answers.bytes(body));
  }
}
