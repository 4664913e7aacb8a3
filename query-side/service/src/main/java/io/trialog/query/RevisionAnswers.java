package io.trialog.query;

import io.trialog.language.InvalidValue;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import io.trialog.projections.Projections;
import io.trialog.query.revisions.JsonDiff;
import io.trialog.query.revisions.Revision;
import io.trialog.query.revisions.Revisions;
import io.trialog.snapshots.Experiment;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How the design of an experiment came to be what it is: each revision with what it changed, or all
 * that changed between two of them. Read from the log itself, so nothing earlier is ever hidden.
 */
@RestController
@RequestMapping("/api/v1/experiments/{experiment}/revisions")
class RevisionAnswers {
  private final Projections projections;
  private final Readers readers;

  RevisionAnswers(Projections projections, Readers readers) {
    this.projections = projections;
    this.readers = readers;
  }

  @GetMapping
  ResponseEntity<byte[]> revisions(@PathVariable String experiment, HttpServletRequest request) {
    readers.anywhere(request);
    Parameters parameters = Parameters.of(request);
    @Nullable String from = parameters.text("from");
    @Nullable String to = parameters.text("to");
    Page page = Page.of(parameters);
    Experiment found = readers.experiment(request, parameters.directory(projections), experiment);
    Revisions revisions = Revisions.of(projections.log().stream(Streams.experiment(found.key())));
    return Conditional.answer(
        request,
        Long.toString(found.revision()),
        () ->
            from == null && to == null
                ? list(revisions, page, found)
                : between(revisions, number("from", from), number("to", to), found));
  }

  private static JsonObject list(Revisions revisions, Page page, Experiment experiment) {
    SortedMap<String, Revision> byKey = new TreeMap<>();
    revisions.all().forEach((number, each) -> byKey.put("%019d".formatted(number), each));
    return page.list(
        "revisions",
        byKey,
        each -> true,
        each -> entry(each, revisions.before(each)),
        experiment.last().position());
  }

  private static JsonObject entry(Revision revision, Optional<Revision> before) {
    JsonObjectBuilder json =
        Members.JSON
            .createObjectBuilder()
            .add("revision", revision.number())
            .add("type", revision.event().type())
            .addAll(EventJson.of(revision.event()));
    before.ifPresent(earlier ->
        json.add("previous_revision", earlier.number()).add("changes", changes(earlier, revision)));
    return json.build();
  }

  private static JsonObject between(
      Revisions revisions, long from, long to, Experiment experiment) {
    Revision earlier = must(revisions, experiment, from);
    Revision later = must(revisions, experiment, to);
    return Members.JSON
        .createObjectBuilder()
        .add("from", from)
        .add("to", to)
        .add("changes", changes(earlier, later))
        .add("position", experiment.last().position())
        .build();
  }

  private static jakarta.json.JsonArrayBuilder changes(Revision before, Revision after) {
    List<JsonDiff.Change> changes =
        JsonDiff.between(DesignJson.of(before.design()), DesignJson.of(after.design()));
    return Members.array(changes, RevisionAnswers::change);
  }

  private static JsonObjectBuilder change(JsonDiff.Change change) {
    JsonObjectBuilder json = Members.JSON.createObjectBuilder().add("path", change.path());
    if (change.before() != null) {
      json.add("before", change.before());
    }
    if (change.after() != null) {
      json.add("after", change.after());
    }
    return json;
  }

  private static Revision must(Revisions revisions, Experiment experiment, long number) {
    return revisions
        .at(number)
        .orElseThrow(
            () -> new Refused(new Refusal.NotFound("revision", experiment.key() + "/" + number)));
  }

  private static long number(String name, @Nullable String text) {
    if (text == null) {
      throw new InvalidValue(name, "is required when the other of from and to is given");
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below, like a negative number.
    }
    throw new InvalidValue(name, "must be a revision, 0 or above; found \"" + text + "\"");
  }
}
