package io.trialog.query.ofrep;

import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.http.ProblemException;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.query.Conditional;
import io.trialog.query.Members;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.Snapshot;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * OFREP: one evaluation, or all at once. Below {@code /environments/{environment}} for any
 * environment; at the root for production.
 */
@RestController
class OfrepAnswers {
  /** False turns the recording of an exposure off. */
  static final String RECORD = "X-Trialog-Record";

  private static final String ROUTE = "/ofrep/v1/evaluate/flags";
  private static final String OF_ENVIRONMENT = "/environments/{environment}";
  private static final String ROOT_ENVIRONMENT = "production";

  private final NewestSnapshots snapshots;
  private final OfrepExposures exposures;
  private final Access access;

  OfrepAnswers(Projections projections, OfrepExposures exposures, Access access) {
    this.snapshots = new NewestSnapshots(projections.snapshots());
    this.exposures = exposures;
    this.access = access;
  }

  @PostMapping({ROUTE + "/{key}", OF_ENVIRONMENT + ROUTE + "/{key}"})
  ResponseEntity<byte[]> one(
      @PathVariable(required = false) @Nullable String environment,
      @PathVariable String key,
      HttpServletRequest request) {
    access.requireAnywhere(request, Role.SDK);
    return answer(
        key,
        () -> {
          Snapshot snapshot = newest(environment);
          Evaluation evaluation = Evaluation.of(snapshot, key, OfrepQuestion.read(request));
          if (mayRecord(request)) {
            evaluation.exposure().ifPresent(exposures::record);
          }
          return Answers.ok(evaluation.json());
        });
  }

  /** A prefetch, which exposes nobody. The ETag is the position and the question. */
  @PostMapping({ROUTE, OF_ENVIRONMENT + ROUTE})
  ResponseEntity<byte[]> all(
      @PathVariable(required = false) @Nullable String environment, HttpServletRequest request) {
    access.requireAnywhere(request, Role.SDK);
    return answer(
        null,
        () -> {
          Snapshot snapshot = newest(environment);
          OfrepQuestion question = OfrepQuestion.read(request);
          String version = snapshot.position() + "-" + question.digest();
          return Conditional.answer(request, version, () -> flags(snapshot, question));
        });
  }

  private static JsonObject flags(Snapshot snapshot, OfrepQuestion question) {
    JsonArrayBuilder flags = Members.JSON.createArrayBuilder();
    for (Flag flag : snapshot.flags()) {
      flags.add(json(flag.key(), () -> Evaluation.of(snapshot, flag, question)));
    }
    for (Experiment experiment : snapshot.experiments()) {
      // One key is one answer, and the flag's comes first.
      if (snapshot.flag(experiment.key()) == null) {
        flags.add(json(experiment.key(), () -> Evaluation.of(snapshot, experiment, question)));
      }
    }
    return Members.JSON
        .createObjectBuilder()
        .add("flags", flags)
        .add(
            "metadata",
            Members.JSON
                .createObjectBuilder()
                .add("environment", snapshot.environment())
                .add("position", snapshot.position()))
        .build();
  }

  private static JsonObject json(String key, Supplier<Evaluation> evaluation) {
    try {
      return evaluation.get().json();
    } catch (OfrepRefused e) {
      return e.json(key);
    }
  }

  private static ResponseEntity<byte[]> answer(
      @Nullable String key, Supplier<ResponseEntity<byte[]>> answer) {
    try {
      return answer.get();
    } catch (OfrepRefused e) {
      return Answers.json(e.status(), new HttpHeaders(), e.json(key));
    }
  }

  private Snapshot newest(@Nullable String environment) {
    if (!snapshots.isReady()) {
      throw new ProblemException(
          503, "snapshots_starting", "Snapshots are being made from the log; try again soon.");
    }
    return snapshots
        .newest(environment == null ? ROOT_ENVIRONMENT : environment)
        .orElseThrow(
            () -> new OfrepRefused(404, ErrorCode.FLAG_NOT_FOUND, "There is no such environment."));
  }

  private static boolean mayRecord(HttpServletRequest request) {
    String header = request.getHeader(RECORD);
    return header == null || !header.strip().equalsIgnoreCase("false");
  }
}
