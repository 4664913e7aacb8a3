package io.trialog.http;

import jakarta.json.JsonStructure;
import java.nio.charset.StandardCharsets;
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
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(problem.status()).contentType(PROBLEM);
    if (problem.status() == 503) {
      answer.header(HttpHeaders.RETRY_AFTER, "1");
    }
    return answer.body(bytes(problem.toJson()));
  }

  /** UTF-8 of a document. */
  public static byte[] bytes(JsonStructure body) {
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
