package io.trialog.query;

import io.trialog.audittrail.AuditQuery;
import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.http.Fields;
import io.trialog.http.StrictJson;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Role;
import io.trialog.language.wire.EventType;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.sdk.core.Context;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What happened, and what a subject got. The trail has the events of all namespaces, so it needs
 * the role everywhere.
 */
@RestController
@RequestMapping("/api/v1/audit")
class AuditAnswers {
  private static final int ATTRIBUTES_LIMIT = 100;

  private final Projections projections;
  private final Access access;

  AuditAnswers(Projections projections, Access access) {
    this.projections = projections;
    this.access = access;
  }

  @GetMapping("/events")
  ResponseEntity<byte[]> events(HttpServletRequest request) {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters parameters = Parameters.of(request);
    AuditQuery query =
        AuditQuery.everything()
            .ofExperiment(parameters.text("experiment"))
            .byActor(parameters.text("actor"))
            .ofType(type(parameters.text("type")))
            .within(parameters.instant("from"), parameters.instant("to"))
            .withWords(parameters.text("q"))
            .limitedTo((int) parameters.integer("limit", 50, 1, AuditQuery.MAX_LIMIT))
            .after(parameters.text("cursor"));
    long position = parameters.minPosition();
    parameters.done();
    projections.require(View.AUDIT_TRAIL, position, Parameters.LONGEST_WAIT);
    return Answers.ok(projections.auditTrail().search(query).toJson());
  }

  private static @Nullable String type(@Nullable String name) {
    if (name != null && !EventType.isName(name)) {
      throw new InvalidValue("type", "must be a type of event; found \"" + name + "\"");
    }
    return name;
  }

  /** A POST, because attributes of a subject do not belong into addresses, which are logged. */
  @PostMapping("/as-of")
  ResponseEntity<byte[]> asOf(HttpServletRequest request) {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters.onlyPosition(request, projections, View.DIRECTORY);
    Fields body = Fields.of(StrictJson.read(request));
    String experiment = Keys.key("experiment", body.text("experiment"));
    Instant at = Parameters.instant("at", body.text("at"));
    Context context = context(body.object("attributes"));
    body.done();
    return Answers.ok(projections.asOf().answer(experiment, at, context).toJson());
  }

  private static Context context(Fields given) {
    Set<String> names = given.names();
    if (names.size() > ATTRIBUTES_LIMIT) {
      throw new InvalidValue("attributes", "must be at most " + ATTRIBUTES_LIMIT);
    }
    Context context = Context.empty();
    for (String name : names) {
      context = with(context, given, name);
    }
    return context;
  }

  /** With its type, as the application gave it; a list is a set of texts. */
  private static Context with(Context context, Fields given, String name) {
    return switch (given.optionalJson(name)) {
      case null -> context;
      case JsonString text -> context.with(name, text.getString());
      case JsonNumber number
          when number.isIntegral() && number.bigIntegerValue().bitLength() < 64 ->
          context.with(name, number.longValue());
      case JsonNumber number -> context.with(name, number.doubleValue());
      case JsonArray set -> context.with(name, texts(given.path(name), set));
      case JsonValue value when value.equals(JsonValue.TRUE) || value.equals(JsonValue.FALSE) ->
          context.with(name, value.equals(JsonValue.TRUE));
      default ->
          throw new InvalidValue(
              given.path(name), "must be a text, a number, a truth value or a list of texts");
    };
  }

  private static List<String> texts(String path, JsonArray set) {
    List<String> texts = new ArrayList<>();
    for (JsonValue value : set) {
      if (!(value instanceof JsonString text)) {
        throw new InvalidValue(path, "must be a list of texts");
      }
      texts.add(text.getString());
    }
    return texts;
  }

  /** For anyone with a token: the more people keep it, the less it can be denied. */
  @GetMapping("/checkpoint")
  ResponseEntity<byte[]> checkpoint(HttpServletRequest request) {
    Access.caller();
    Parameters.onlyPosition(request, projections, View.AUDIT_LOG);
    return ResponseEntity.ok()
        .contentType(MediaType.parseMediaType("text/plain;charset=utf-8"))
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .body(projections.auditHead().checkpoint().bytes());
  }
}
