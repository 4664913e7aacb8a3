package io.trialog.query;

import io.trialog.guardrails.GuardrailLedger;
import io.trialog.http.Answers;
import io.trialog.language.InvalidValue;
import io.trialog.measurement.Limits;
import io.trialog.measurement.store.MetricsStore;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.projections.Stream;
import io.trialog.query.results.Asked;
import io.trialog.query.results.Breakdown;
import io.trialog.query.results.ResultsView;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** What an experiment has shown so far; also while Kafka is away, then with an older freshness. */
@RestController
class ResultsAnswers {
  private final Projections projections;
  private final MetricsStore store;
  private final GuardrailLedger ledger;
  private final Stream stream;
  private final Readers readers;
  private final Clock clock = Clock.systemUTC();

  ResultsAnswers(
      Projections projections,
      MetricsStore store,
      GuardrailLedger ledger,
      Stream stream,
      Readers readers) {
    this.projections = projections;
    this.store = store;
    this.ledger = ledger;
    this.stream = stream;
    this.readers = readers;
  }

  @GetMapping("/api/v1/experiments/{experiment}/results")
  ResponseEntity<byte[]> results(@PathVariable String experiment, HttpServletRequest request) {
    readers.anywhere(request);
    Parameters parameters = Parameters.of(request);
    String segment = segment(parameters.text("segment"));
    long position = parameters.minPosition();
    parameters.done();
    projections.require(View.DIRECTORY, position, Parameters.LONGEST_WAIT);
    Directory directory = projections.directory();
    Experiment found = readers.experiment(request, directory, experiment);
    // Before the sums: the view then has at least what had arrived at that moment.
    Asked asked = new Asked(clock.instant(), stream.caughtUpAt());
    Optional<Breakdown> breakdown =
        Optional.ofNullable(segment)
            .map(name -> new Breakdown(name, store.segments(found.key(), name)));
    HttpHeaders headers = new HttpHeaders();
    headers.setCacheControl("no-store");
    return Answers.json(
        200,
        headers,
        ResultsView.render(
            directory,
            found,
            store.sums(found.key()),
            ledger.memory(found.key()),
            breakdown,
            asked));
  }

  private static @Nullable String segment(@Nullable String name) {
    if (name != null && !Limits.isSegmentName(name)) {
      throw new InvalidValue("segment", "must be 1 to 32 of a-z, A-Z, 0-9, _, . and -");
    }
    return name;
  }
}
