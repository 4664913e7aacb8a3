package io.trialog.http;

import io.trialog.language.InvalidValue;
import io.trialog.language.Refusal;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.http.HttpStatus;

/**
 * An answer that says no (RFC 9457). {@code code} is stable and part of the API; {@code members}
 * are further facts of the problem, by snake_case name.
 */
public record Problem(int status, String code, String detail, Map<String, JsonValue> members) {
  private static final Set<String> OWN = Set.of("type", "title", "status", "detail", "code");

  public Problem {
    members = Map.copyOf(members);
    if (members.keySet().stream().anyMatch(OWN::contains)) {
      throw new IllegalArgumentException(
          "a fact must not hide a member of the problem: " + members);
    }
  }

  /** A problem without further facts. */
  public static Problem of(int status, String code, String detail) {
    return new Problem(status, code, detail, Map.of());
  }

  /** The problem of a status that nobody said more about. */
  static Problem ofStatus(int status) {
    HttpStatus known = HttpStatus.resolve(status);
    String code = known == null ? "http_" + status : known.name().toLowerCase(Locale.ROOT);
    return of(status, code, known == null ? code : known.getReasonPhrase() + ".");
  }

  /** The problem of a value that is not well formed. */
  public static Problem of(InvalidValue e) {
    return of(400, "invalid_value", String.valueOf(e.getMessage())).with("field", e.field());
  }

  /** The problem of a rule that says no, with what the rule looked at. */
  public static Problem of(Refusal refusal) {
    int status =
        switch (refusal.kind()) {
          case RULE -> 422;
          case CONFLICT -> 409;
          case MISSING -> 404;
          case FORBIDDEN -> 403;
        };
    Problem problem = of(status, refusal.code(), refusal.sentence());
    for (var fact : refusal.facts().entrySet()) {
      problem = problem.with(fact.getKey(), fact.getValue());
    }
    return problem;
  }

  /** This problem with one more fact. */
  public Problem with(String name, JsonValue value) {
    Map<String, JsonValue> more = new TreeMap<>(members);
    more.put(name, value);
    return new Problem(status, code, detail, more);
  }

  /** This problem with one more fact. */
  public Problem with(String name, String value) {
    return with(name, JsonDocuments.text(value));
  }

  /** The document of RFC 9457. */
  public JsonObject toJson() {
    JsonObjectBuilder json =
        JsonDocuments.object()
            .add("type", "urn:trialog:problem:" + code)
            .add("title", title())
            .add("status", status)
            .add("detail", detail)
            .add("code", code);
    new TreeMap<>(members).forEach(json::add);
    return json.build();
  }

  private String title() {
    HttpStatus known = HttpStatus.resolve(status);
    String words = code.replace('_', ' ');
    return known == null
        ? words
        : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
