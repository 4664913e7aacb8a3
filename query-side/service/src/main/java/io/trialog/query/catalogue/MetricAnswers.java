package io.trialog.query.catalogue;

import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.language.Keys;
import io.trialog.language.MetricDefinition;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.projections.Projections;
import io.trialog.query.Conditional;
import io.trialog.query.Page;
import io.trialog.query.Parameters;
import io.trialog.query.Readers;
import io.trialog.snapshots.Directory;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Metrics: those of namespaces that the caller may read. */
@RestController
@RequestMapping("/api/v1/metrics")
public class MetricAnswers {
  private final Projections projections;
  private final Readers readers;

  MetricAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> metrics(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    @Nullable String namespace = parameters.text("namespace");
    Page page = Page.of(parameters);
    Caller caller = readers.inOrAnywhere(request, namespace);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "metrics",
            directory.metrics(),
            each ->
                (namespace == null || namespace.equals(each.namespace()))
                    && Readers.mayRead(caller, each.namespace()),
            MetricJson::of,
            directory.position()));
  }

  /** A metric never changes, so neither does its version. */
  @GetMapping("/{metric}")
  ResponseEntity<byte[]> metric(@PathVariable String metric, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    MetricDefinition found = directory.metrics().get(Keys.key("metric", metric));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("metric", metric));
    }
    readers.in(request, found.namespace());
    return Conditional.answer(request, "0", () -> MetricJson.of(found));
  }
}
