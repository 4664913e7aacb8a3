package io.trialog.query;

import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.language.InvalidValue;
import io.trialog.projections.Projections;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Oversight.BreakGlassReview;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The queue of reviews: each time the glass was broken, and whether somebody looked at it. */
@RestController
class ReviewAnswers {
  private final Projections projections;
  private final Readers readers;
  private final Clock clock;

  ReviewAnswers(Projections projections, Readers readers, Clock clock) {
    this.projections = projections;
    this.readers = readers;
    this.clock = clock;
  }

  private record Entry(Experiment experiment, BreakGlassReview review) {}

  @GetMapping("/api/v1/reviews")
  ResponseEntity<byte[]> reviews(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    boolean all = isAll(parameters.text("state"));
    String namespace = parameters.text("namespace");
    Page page = Page.of(parameters);
    Caller caller = readers.inOrAnywhere(request, namespace);
    Directory directory = parameters.directory(projections);
    Instant now = clock.instant();
    return Answers.ok(
        page.list(
            "reviews",
            reviews(directory, caller, namespace),
            each -> all || each.review().isOpen(),
            each ->
                OversightJson.queued(
                    each.experiment().key(),
                    each.experiment().design().namespace(),
                    each.review(),
                    now),
            directory.position()));
  }

  private static SortedMap<String, Entry> reviews(
      Directory directory, Caller caller, @Nullable String namespace) {
    SortedMap<String, Entry> found = new TreeMap<>();
    for (Experiment experiment : directory.experiments().values()) {
      String of = experiment.design().namespace();
      if ((namespace == null || namespace.equals(of)) && Readers.mayRead(caller, of)) {
        experiment
            .oversight()
            .reviews()
            .forEach((key, review) ->
                found.put(experiment.key() + "/" + key, new Entry(experiment, review)));
      }
    }
    return found;
  }

  private static boolean isAll(@Nullable String state) {
    if (state == null || state.equals("open")) {
      return false;
    }
    if (state.equals("all")) {
      return true;
    }
    throw new InvalidValue("state", "must be open or all; found \"" + state + "\"");
  }
}
