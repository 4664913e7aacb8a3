package io.trialog.query;

import io.trialog.http.Answers;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/** Answers that need not be sent again while nothing changed (RFC 9110, 13.1.2). */
public final class Conditional {
  private Conditional() {}

  /**
   * 304 when the caller has this version, else 200 with it.
   *
   * @param version of the answer, visible ASCII without quotes
   */
  public static ResponseEntity<byte[]> answer(
      HttpServletRequest request, String version, Supplier<JsonObject> body) {
    String tag = "\"" + version + "\"";
    HttpHeaders headers = new HttpHeaders();
    headers.setETag(tag);
    headers.setCacheControl("no-cache");
    return matches(request, tag)
        ? ResponseEntity.status(304).headers(headers).build()
        : Answers.json(200, headers, body.get());
  }

  /** Whether the caller has the version of this tag; weak tags count too. */
  static boolean matches(HttpServletRequest request, String tag) {
    String asked = request.getHeader(HttpHeaders.IF_NONE_MATCH);
    return asked != null
        && Arrays.stream(asked.split(",", -1))
            .map(String::strip)
            .anyMatch(each -> each.equals("*") || each.equals(tag) || each.equals("W/" + tag));
  }
}
