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
import io.trialog.snapshots.Flag;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Flags: those of namespaces that the caller may read. */
@RestController
@RequestMapping("/api/v1/flags")
public class FlagAnswers {
  private final Projections projections;
  private final Readers readers;

  FlagAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> flags(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    @Nullable String namespace = parameters.text("namespace");
    Page page = Page.of(parameters);
    Caller caller = readers.inOrAnywhere(request, namespace);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "flags",
            directory.flags(),
            each ->
                (namespace == null || namespace.equals(each.definition().namespace()))
                    && Readers.mayRead(caller, each.definition().namespace()),
            FlagJson::summary,
            directory.position()));
  }

  /** The ETag is the revision, which is what {@code If-Match} of an order wants. */
  @GetMapping("/{flag}")
  ResponseEntity<byte[]> flag(@PathVariable String flag, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    Flag found = directory.flags().get(Keys.key("flag", flag));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("flag", flag));
    }
    readers.in(request, found.definition().namespace());
    return Conditional.answer(
        request, Long.toString(found.revision()), () -> FlagJson.detail(found));
  }
}
