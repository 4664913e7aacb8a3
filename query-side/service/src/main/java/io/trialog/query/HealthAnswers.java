package io.trialog.query;

import io.trialog.http.Answers;
import io.trialog.projections.PartSource;
import io.trialog.projections.PartStatus;
import io.trialog.projections.PartStatus.State;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** How the platform is doing, for anyone: 200 when every part is up, else 503. */
@RestController
class HealthAnswers {
  private static final String PAGE =
      """
      Trialog: an event-sourced experimentation platform.

      This server answers programs. Where to look:

        GET  /health                                    how each part is doing (no token)
        GET  /api/v1/experiments                        experiments; /{key} and /{key}/results
        GET  /api/v1/snapshots/{environment}            signed snapshot for SDKs; /stream follows
        GET  /api/v1/keys                               public keys
        POST /api/v1/batches                            exposures and outcomes
        POST /api/v1/receipts                           what an SDK enforces
        GET  /api/v1/experiments/{key}/receipts         who enforces its kill, and who does not
        GET  /api/v1/audit/events                       what happened, by whom, why
        POST /api/v1/audit/as-of                        what a subject got at an instant
        GET  /api/v1/audit/checkpoint                   signed head of the log

      Everything below /api needs the header "Authorization: Bearer <token>".
      """;

  private final List<PartSource> sources;

  HealthAnswers(List<PartSource> sources) {
    this.sources = List.copyOf(sources);
  }

  @GetMapping(value = "/", produces = "text/plain;charset=utf-8")
  String page() {
    return PAGE;
  }

  @GetMapping("/health")
  ResponseEntity<byte[]> health() {
    SortedMap<String, PartStatus> parts = new TreeMap<>();
    sources.forEach(source -> parts.putAll(source.parts()));
    JsonObjectBuilder states = Json.createObjectBuilder();
    JsonObjectBuilder reasons = Json.createObjectBuilder();
    State worst = State.UP;
    for (var part : parts.entrySet()) {
      PartStatus status = part.getValue();
      states.add(part.getKey(), status.state().word());
      if (status.reason() != null) {
        reasons.add(part.getKey(), status.reason());
      }
      worst = status.state().compareTo(worst) > 0 ? status.state() : worst;
    }
    JsonObjectBuilder counters = Json.createObjectBuilder();
    sources.forEach(source -> source.counters().forEach(counters::add));
    HttpHeaders headers = new HttpHeaders();
    headers.setCacheControl("no-store");
    return Answers.json(
        worst == State.UP ? 200 : 503,
        headers,
        Json.createObjectBuilder()
            .add("status", worst.word())
            .add("parts", states)
            .add("reasons", reasons)
            .add("counters", counters)
            .build());
  }
}
