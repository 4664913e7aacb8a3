package io.trialog.query.catalogue;

import io.trialog.http.Answers;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.projections.Projections;
import io.trialog.query.Conditional;
import io.trialog.query.Page;
import io.trialog.query.Parameters;
import io.trialog.query.Readers;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Environment;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Environments, and whether they are stopped; for whoever may read anything. */
@RestController
@RequestMapping("/api/v1/environments")
public class EnvironmentAnswers {
  private final Projections projections;
  private final Readers readers;

  EnvironmentAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> environments(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    Page page = Page.of(parameters);
    readers.anywhere(request);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "environments",
            directory.environments(),
            each -> true,
            EnvironmentJson::of,
            directory.position()));
  }

  @GetMapping("/{environment}")
  ResponseEntity<byte[]> environment(@PathVariable String environment, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    Environment found = directory.environments().get(Keys.environment("environment", environment));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("environment", environment));
    }
    return Conditional.answer(
        request, Long.toString(found.revision()), () -> EnvironmentJson.of(found));
  }
}
