package io.trialog.standalone.demo;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;

/**
 * Sets up what the demo needs. What is there from an earlier run stays as it is: a key that is
 * taken (409) and an experiment that is further on (422 {@code status_forbids}) are no errors.
 */
final class Opening {
  private static final String EXPERIMENTS = "/api/v1/experiments/";

  private final Platform platform;
  private final String admin;

  /** The secrets of three holders: who writes, who approves, and the application. */
  record Tokens(String author, String approver, String sdk) {}

  Opening(Platform platform, String admin) {
    this.platform = platform;
    this.admin = admin;
  }

  /** Namespaces, metrics, tokens, and all experiments up to their approval. */
  Tokens prepare() throws Platform.Refused, InterruptedException {
    for (JsonObject namespace : Catalogue.NAMESPACES) {
      create(admin, "/api/v1/namespaces", namespace);
    }
    for (JsonObject metric : Catalogue.METRICS) {
      create(admin, "/api/v1/metrics", metric);
    }
    Tokens tokens =
        new Tokens(
            token("demo-author", "experimenter", "acme/rides", "acme/food"),
            token("demo-approver", "approver", "acme/rides", "acme/food"),
            token("demo-app", "sdk", "*"));
    for (Trial trial : Catalogue.TRIALS) {
      create(tokens.author(), "/api/v1/experiments", trial.draft());
      order(tokens.author(), trial, "submit", JsonValue.EMPTY_JSON_OBJECT);
      order(tokens.approver(), trial, "approve", because("Read it, agree."));
    }
    return tokens;
  }

  /** False when it was started before. */
  boolean start(Tokens tokens, Trial trial) throws Platform.Refused, InterruptedException {
    JsonObject body =
        Json.createObjectBuilder(because("The demo begins."))
            .add("traffic", trial.start().traffic())
            .build();
    return order(tokens.author(), trial, "start", body);
  }

  /** To all traffic; false when that is refused because it was ramped or has ended before. */
  boolean ramp(Tokens tokens, Trial trial) throws Platform.Refused, InterruptedException {
    JsonObject body =
        Json.createObjectBuilder(because("No harm seen so far.")).add("traffic", "1").build();
    return order(tokens.author(), trial, "ramp", body);
  }

  private static JsonObject because(String reason) {
    return Json.createObjectBuilder().add("reason", reason).build();
  }

  private void create(String token, String path, JsonObject body)
      throws Platform.Refused, InterruptedException {
    Platform.Answer answer = platform.post(token, path, body);
    if (!answer.ok() && answer.status() != 409) {
      throw new Platform.Refused("POST " + path + " was refused: " + answer);
    }
  }

  private boolean order(String token, Trial trial, String word, JsonObject body)
      throws Platform.Refused, InterruptedException {
    String path = EXPERIMENTS + trial.key() + "/" + word;
    Platform.Answer answer = platform.post(token, path, body);
    if (answer.ok()) {
      return true;
    }
    if (answer.code().equals("status_forbids") || answer.code().equals("ramp_must_widen")) {
      return false;
    }
    throw new Platform.Refused("POST " + path + " was refused: " + answer);
  }

  private String token(String holder, String role, String... namespaces)
      throws Platform.Refused, InterruptedException {
    JsonArrayBuilder roles = Json.createArrayBuilder();
    for (String namespace : namespaces) {
      roles.add(Json.createObjectBuilder().add("role", role).add("namespace", namespace));
    }
    JsonObject body = Json.createObjectBuilder().add("holder", holder).add("roles", roles).build();
    Platform.Answer answer = platform.post(admin, "/api/v1/tokens", body);
    String secret = answer.body().getString("secret", "");
    if (!answer.ok() || secret.isEmpty()) {
      throw new Platform.Refused("POST /api/v1/tokens was refused: " + answer);
    }
    return secret;
  }
}
