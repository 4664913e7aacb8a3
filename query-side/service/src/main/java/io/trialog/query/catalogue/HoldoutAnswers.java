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
import io.trialog.snapshots.Holdout;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Holdouts; those of one namespace only for whoever may read it. */
@RestController
@RequestMapping("/api/v1/holdouts")
public class HoldoutAnswers {
  private final Projections projections;
  private final Readers readers;

  HoldoutAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> holdouts(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    Page page = Page.of(parameters);
    Caller caller = readers.anywhere(request);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "holdouts",
            directory.holdouts(),
            each -> mayRead(caller, each),
            HoldoutJson::of,
            directory.position()));
  }

  @GetMapping("/{holdout}")
  ResponseEntity<byte[]> holdout(@PathVariable String holdout, HttpServletRequest request) {
    readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    Holdout found = directory.holdouts().get(Keys.key("holdout", holdout));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("holdout", holdout));
    }
    @Nullable String namespace = namespace(found);
    if (namespace != null) {
      readers.in(request, namespace);
    }
    return Conditional.answer(
        request, Long.toString(found.revision()), () -> HoldoutJson.of(found));
  }

  private static boolean mayRead(Caller caller, Holdout holdout) {
    @Nullable String namespace = namespace(holdout);
    return namespace == null || Readers.mayRead(caller, namespace);
  }

  private static @Nullable String namespace(Holdout holdout) {
    return switch (holdout.definition().scope()) {
      case NAMESPACE -> holdout.definition().value();
      case GLOBAL, SURFACE -> null;
    };
  }
}
