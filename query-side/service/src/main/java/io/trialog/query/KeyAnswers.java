package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.projections.Projections;
import io.trialog.snapshots.SnapshotKeyState;
import io.trialog.snapshots.SnapshotKeys;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
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
    SnapshotKeys keys = projections.snapshotKeys();
    JsonObjectBuilder snapshot = Json.createObjectBuilder();
    JsonObjectBuilder snapshotKeys = Json.createObjectBuilder();
    keys.verifierKeys()
        .forEach((environment, key) -> {
          snapshot.add(environment, key);
          snapshotKeys.add(environment, chain(keys, environment));
        });
    JsonObjectBuilder guardrails = Json.createObjectBuilder();
    projections.guardrailKeys().verifierKeys().forEach(guardrails::add);
    return Answers.ok(
        Json.createObjectBuilder()
            .add("snapshot", snapshot)
            .add("snapshot_keys", snapshotKeys)
            .add("guardrails", guardrails)
            .add("log", projections.auditKeys().logKey().vkey())
            .add("export", projections.auditKeys().exportKey().vkey())
            .build());
  }

  /** All keys of an environment, the first one first, and the statements that link them. */
  private static JsonObjectBuilder chain(SnapshotKeys keys, String environment) {
    JsonArrayBuilder states = Json.createArrayBuilder();
    keys.states(environment).forEach(state -> states.add(state(state)));
    JsonArrayBuilder statements = Json.createArrayBuilder();
    keys.statements(environment).forEach(statements::add);
    return Json.createObjectBuilder().add("keys", states).add("statements", statements);
  }

  private static JsonObjectBuilder state(SnapshotKeyState state) {
    JsonObjectBuilder json =
        Json.createObjectBuilder()
            .add("key", state.key().toString())
            .add("state", state.state().name().toLowerCase(Locale.ROOT));
    if (state.from() != null) {
      json.add("from", state.from().toString());
    }
    if (state.until() != null) {
      json.add("until", state.until().toString());
    }
    return json;
  }
}
