package io.trialog.query;

import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.InvalidValue;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Experiment;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Experiments: those of namespaces that the caller may read. */
@RestController
@RequestMapping("/api/v1")
class ExperimentAnswers {
  private final Projections projections;
  private final Readers readers;

  ExperimentAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping("/experiments")
  ResponseEntity<byte[]> experiments(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    String namespace = parameters.text("namespace");
    ExperimentStatus status = status(parameters.text("status"));
    Page page = Page.of(parameters);
    Caller caller = readers.inOrAnywhere(request, namespace);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "experiments",
            directory.experiments(),
            each ->
                isOf(namespace, each.design().namespace())
                    && (status == null || each.status() == status)
                    && Readers.mayRead(caller, each.design().namespace()),
            ExperimentJson::summary,
            directory.position()));
  }

  /** The ETag is the revision, which is what {@code If-Match} of an order wants. */
  @GetMapping("/experiments/{experiment}")
  ResponseEntity<byte[]> experiment(@PathVariable String experiment, HttpServletRequest request) {
    readers.anywhere(request);
    Parameters.onlyPosition(request, projections, View.DIRECTORY);
    Experiment found = readers.experiment(request, projections.directory(), experiment);
    HttpHeaders headers = new HttpHeaders();
    headers.setETag("\"" + found.revision() + "\"");
    headers.setCacheControl("no-cache");
    return Answers.json(200, headers, ExperimentJson.detail(found));
  }

  private static boolean isOf(@Nullable String asked, String namespace) {
    return asked == null || asked.equals(namespace);
  }

  private static @Nullable ExperimentStatus status(@Nullable String word) {
    if (word == null) {
      return null;
    }
    return Arrays.stream(ExperimentStatus.values())
        .filter(status -> status.word().equals(word))
        .findFirst()
        .orElseThrow(() -> unknownStatus(word));
  }

  private static InvalidValue unknownStatus(String word) {
    String known =
        Arrays.stream(ExperimentStatus.values())
            .map(ExperimentStatus::word)
            .collect(Collectors.joining(", "));
    return new InvalidValue("status", "must be one of " + known + "; found \"" + word + "\"");
  }
}
