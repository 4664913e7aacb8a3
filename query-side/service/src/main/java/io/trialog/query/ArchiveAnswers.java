package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.ProblemException;
import io.trialog.language.InvalidValue;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.snapshots.Archive;
import io.trialog.snapshots.PublishedSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Snapshots of the past, by position or instant. An answer that can no longer change says so to
 * caches, for a day: the text stays for good, its signatures until a key is replaced.
 */
@RestController
class ArchiveAnswers {
  private static final Role[] READERS = {
    Role.SDK, Role.VIEWER, Role.EXPERIMENTER, Role.APPROVER, Role.AUDITOR
  };
  private static final String FOR_GOOD = "private, max-age=86400, immutable";

  private final Projections projections;
  private final Access access;

  ArchiveAnswers(Projections projections, Access access) {
    this.projections = projections;
    this.access = access;
  }

  @GetMapping("/api/v1/snapshots/{environment}/at")
  ResponseEntity<byte[]> at(@PathVariable String environment, HttpServletRequest request) {
    access.requireAnywhere(request, READERS);
    Parameters parameters = Parameters.of(request);
    long position = parameters.integer("position", -1, 0, Long.MAX_VALUE);
    Instant time = parameters.instant("time");
    parameters.done();
    if ((position < 0) == (time == null)) {
      throw new InvalidValue("position", "must be given, or time, and not both");
    }
    Keys.environment("environment", environment);
    Archive archive = projections.archive();
    PublishedSnapshot found =
        (time == null ? atPosition(archive, environment, position) : archive.at(environment, time))
            .orElseThrow(() -> new Refused(new Refusal.NotFound("environment", environment)));
    return answer(request, found, time == null || archive.isSettled(found));
  }

  private static Optional<PublishedSnapshot> atPosition(
      Archive archive, String environment, long position) {
    long head = archive.head();
    if (position > head) {
      throw new ProblemException(
          404,
          "position_not_found",
          "Position %d is not in the log yet; its last one is %d.".formatted(position, head));
    }
    return archive.at(environment, position);
  }

  private static ResponseEntity<byte[]> answer(
      HttpServletRequest request, PublishedSnapshot found, boolean settled) {
    String tag = tag(found);
    boolean known = Conditional.matches(request, tag);
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(known ? 304 : 200)
            .eTag(tag)
            .header(HttpHeaders.CACHE_CONTROL, settled ? FOR_GOOD : "no-cache")
            .header(HttpHeaders.CONTENT_LOCATION, location(found));
    return known
        ? answer.build()
        : answer
            .contentType(SnapshotAnswers.NOTE)
            .body(found.note().getBytes(StandardCharsets.UTF_8));
  }

  private static String location(PublishedSnapshot found) {
    return "/api/v1/snapshots/%s/at?position=%d".formatted(found.environment(), found.position());
  }

  /** The position, and a mark of the signatures: other keys make other bytes. */
  private static String tag(PublishedSnapshot found) {
    String note = found.note();
    String signatures = note.substring(note.lastIndexOf("\n\n"));
    return "\"%d-%08x\"".formatted(found.position(), signatures.hashCode());
  }
}
