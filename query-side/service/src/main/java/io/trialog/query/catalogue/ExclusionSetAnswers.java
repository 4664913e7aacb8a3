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
import io.trialog.snapshots.ExclusionSet;
import io.trialog.snapshots.Experiment;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Exclusion sets of namespaces that the caller may read, and who owns what of them. */
@RestController
@RequestMapping("/api/v1/exclusion-sets")
public class ExclusionSetAnswers {
  private final Projections projections;
  private final Readers readers;

  ExclusionSetAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> exclusionSets(HttpServletRequest request) {
    Parameters parameters = Parameters.of(request);
    @Nullable String namespace = parameters.text("namespace");
    Page page = Page.of(parameters);
    Caller caller = readers.inOrAnywhere(request, namespace);
    Directory directory = parameters.directory(projections);
    return Answers.ok(
        page.list(
            "exclusion_sets",
            directory.exclusionSets(),
            each ->
                (namespace == null || namespace.equals(each.created().namespace()))
                    && Readers.mayRead(caller, each.created().namespace()),
            each -> ExclusionSetJson.summary(each).build(),
            directory.position()));
  }

  /** The capacity view; the status of an experiment is for those who may read the experiment. */
  @GetMapping("/{set}")
  ResponseEntity<byte[]> exclusionSet(@PathVariable String set, HttpServletRequest request) {
    Caller caller = readers.anywhere(request);
    Directory directory = Parameters.of(request).directory(projections);
    ExclusionSet found = directory.exclusionSets().get(Keys.key("set", set));
    if (found == null) {
      throw new Refused(new Refusal.NotFound("exclusion-set", set));
    }
    readers.in(request, found.created().namespace());
    return Conditional.answer(
        request,
        Long.toString(directory.position()),
        () -> ExclusionSetJson.detail(found, key -> visible(directory, caller, key)));
  }

  private static Optional<Experiment> visible(Directory directory, Caller caller, String key) {
    return Optional.ofNullable(directory.experiments().get(key))
        .filter(each -> Readers.mayRead(caller, each.design().namespace()));
  }
}
