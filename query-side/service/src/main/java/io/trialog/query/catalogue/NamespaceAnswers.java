package io.trialog.query.catalogue;

import io.trialog.http.Answers;
import io.trialog.http.Caller;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.projections.Projections;
import io.trialog.query.Conditional;
import io.trialog.query.Page;
import io.trialog.query.Parameters;
import io.trialog.query.Readers;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.Namespace;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Namespaces that the caller may read, with their policies. */
@RestController
@RequestMapping("/api/v1/namespaces")
public class NamespaceAnswers {
  private final Projections projections;
  private final Readers readers;

  NamespaceAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> namespaces(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    Page page = Page.of(parameters);
    Caller caller = readers.anywhere(request);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "namespaces",
            directory.namespaces(),
            each -> Readers.mayRead(caller, each.namespace()),
            NamespaceJson::summary,
            directory.position()));
  }

  /** With what is proposed in it and waits for somebody's yes. */
  @GetMapping("/{org}/{team}")
  ResponseEntity<byte[]> namespace(
      @PathVariable String org, @PathVariable String team, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    String key = Keys.namespace("namespace", org + "/" + team);
    Namespace found = directory.namespaces().get(key);
    if (found == null) {
      throw new Refused(new Refusal.NotFound("namespace", key));
    }
    readers.in(request, key);
    return Conditional.answer(
        request, Long.toString(directory.position()), () -> NamespaceJson.detail(found, directory));
  }
}
