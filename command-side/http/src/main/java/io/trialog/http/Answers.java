package io.trialog.http;

import jakarta.json.JsonStructure;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** Answers as bytes. */
public final class Answers {
  private static final MediaType PROBLEM = MediaType.APPLICATION_PROBLEM_JSON;

  private Answers() {}

  /** 200 with a document. */
  public static ResponseEntity<byte[]> ok(JsonStructure body) {
    return json(200, new HttpHeaders(), body);
  }

  /** A document with a status and headers. */
  public static ResponseEntity<byte[]> json(int status, HttpHeaders headers, JsonStructure body) {
    return ResponseEntity.status(status)
        .headers(headers)
        .contentType(MediaType.APPLICATION_JSON)
        .body(bytes(body));
  }

  /** A problem; a 503 says when to come back. */
  public static ResponseEntity<byte[]> problem(Problem problem) {
    return problem(problem, Map.of());
  }

  /** A problem with headers of its own. */
  public static ResponseEntity<byte[]> problem(Problem problem, Map<String, String> headers) {
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(problem.status()).contentType(PROBLEM);
    headers.forEach(answer::header);
    if (problem.status() == 503) {
      answer.header(HttpHeaders.RETRY_AFTER, "1");
    }
    return answer.body(bytes(problem.toJson()));
  }

  /** A problem, where no route is. */
  static void write(HttpServletResponse response, Problem problem) throws IOException {
    response.setStatus(problem.status());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.getOutputStream().write(bytes(problem.toJson()));
  }

  /** UTF-8 of a document. */
  public static byte[] bytes(JsonStructure body) {
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
