package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.Answers;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.http.StrictJson;
import io.trialog.language.Role;
import io.trialog.measurement.collector.BatchRefused;
import io.trialog.measurement.collector.Receipt;
import io.trialog.measurement.collector.StreamUnavailable;
import io.trialog.projections.Stream;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.TreeMap;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** The way in for exposures and outcomes; answers once Kafka has them. */
@RestController
class BatchAnswers {
  private static final int BODY_LIMIT_BYTES = 1024 * 1024;
  private static final int EVENTS_LIMIT = 1_000;

  private final Stream stream;
  private final Access access;

  BatchAnswers(Stream stream, Access access) {
    this.stream = stream;
    this.access = access;
  }

  @PostMapping("/api/v1/batches")
  ResponseEntity<byte[]> accept(HttpServletRequest request) {
    access.requireAnywhere(request, Role.SDK);
    Parameters.of(request).done();
    byte[] body = body(request);
    try {
      return stream
          .intake()
          .accept(body)
          .map(BatchAnswers::answer)
          .orElseGet(() -> unavailable("The stream of events is starting; send the batch again."));
    } catch (BatchRefused e) {
      return Answers.problem(refused(e));
    } catch (StreamUnavailable e) {
      return unavailable("Kafka did not confirm the batch; send it again with the same ids.");
    }
  }

  private static byte[] body(HttpServletRequest request) {
    try {
      return StrictJson.body(request, BODY_LIMIT_BYTES);
    } catch (ProblemException e) {
      if (e.problem().status() == 413) {
        throw new ProblemException(
            tooLarge("A batch may have at most " + BODY_LIMIT_BYTES + " bytes."));
      }
      throw e;
    }
  }

  private static Problem tooLarge(String detail) {
    return Problem.of(413, "batch_too_large", detail)
        .with("limit_bytes", Json.createValue(BODY_LIMIT_BYTES))
        .with("limit_events", Json.createValue(EVENTS_LIMIT));
  }

  private static Problem refused(BatchRefused e) {
    String detail = String.valueOf(e.getMessage());
    if (e.httpStatus() == 413) {
      return tooLarge(detail);
    }
    Problem problem = Problem.of(e.httpStatus(), e.code(), detail);
    return e.field().isEmpty() ? problem : problem.with("field", e.field());
  }

  private static ResponseEntity<byte[]> answer(Receipt receipt) {
    JsonArray rejected = rejected(receipt.rejected());
    if (receipt.allRejected()) {
      return Answers.problem(
          Problem.of(422, "all_rejected", "Not one item of the batch could be accepted.")
              .with("rejected", rejected));
    }
    JsonObjectBuilder offsets = Json.createObjectBuilder();
    new TreeMap<>(receipt.offsets()).forEach(offsets::add);
    return Answers.ok(
        Json.createObjectBuilder()
            .add("accepted", receipt.accepted())
            .add("rejected", rejected)
            .add("receipt", offsets)
            .build());
  }

  private static JsonArray rejected(List<Receipt.Rejected> items) {
    JsonArrayBuilder array = Json.createArrayBuilder();
    for (Receipt.Rejected item : items) {
      array.add(
          Json.createObjectBuilder()
              .add("kind", item.kind())
              .add("index", item.index())
              .add("id", item.id())
              .add("code", item.code())
              .add("detail", item.detail()));
    }
    return array.build();
  }

  private static ResponseEntity<byte[]> unavailable(String detail) {
    return Answers.problem(Problem.of(503, "stream_unavailable", detail));
  }
}
