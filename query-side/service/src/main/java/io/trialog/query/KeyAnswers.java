package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.projections.Projections;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The public keys, for anyone with a token. */
@RestController
class KeyAnswers {
  private final Projections projections;

  KeyAnswers(Projections projections) {
    this.projections = projections;
  }

  @GetMapping("/api/v1/keys")
  ResponseEntity<byte[]> keys(HttpServletRequest request) {
    Access.caller();
    Parameters.of(request).done();
    JsonObjectBuilder snapshot = Json.createObjectBuilder();
    projections.snapshotKeys().verifierKeys().forEach(snapshot::add);
    JsonObjectBuilder guardrails = Json.createObjectBuilder();
    projections.guardrailKeys().verifierKeys().forEach(guardrails::add);
    return Answers.ok(
        Json.createObjectBuilder()
            .add("snapshot", snapshot)
            .add("guardrails", guardrails)
            .add("log", projections.auditKeys().logKey().vkey())
            .add("export", projections.auditKeys().exportKey().vkey())
            .build());
  }
}
