package io.trialog.query;

import io.trialog.http.Access;
import io.trialog.http.ProblemException;
import io.trialog.language.Keys;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import io.trialog.query.delivery.Compression;
import io.trialog.query.delivery.RecentSnapshots;
import io.trialog.query.delivery.Rendering;
import io.trialog.snapshots.PublishedSnapshot;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** Signed snapshots for SDKs: the newest one, and a stream of those that follow. */
@RestController
@RequestMapping("/api/v1/snapshots/{environment}")
class SnapshotAnswers {
  static final MediaType NOTE =
      new MediaType("text", "vnd.trialog.snapshot", StandardCharsets.UTF_8);
  private static final MediaType EVENTS = MediaType.TEXT_EVENT_STREAM;

  private final Projections projections;
  private final SnapshotStreams streams;
  private final RecentSnapshots recent;
  private final Access access;

  SnapshotAnswers(
      Projections projections, SnapshotStreams streams, RecentSnapshots recent, Access access) {
    this.projections = projections;
    this.streams = streams;
    this.recent = recent;
    this.access = access;
  }

  @GetMapping
  ResponseEntity<byte[]> snapshot(@PathVariable String environment, HttpServletRequest request) {
    access.requireAnywhere(request, Role.SDK);
    Parameters.onlyPosition(request, projections, View.SNAPSHOTS);
    Rendering newest = recent.of(newest(environment));
    boolean gzip = Compression.gzip(request.getHeader(HttpHeaders.ACCEPT_ENCODING));
    String plainTag = "\"" + newest.position() + "\"";
    String gzipTag = "\"" + newest.position() + "-gzip\"";
    boolean known = Conditional.matches(request, plainTag) || Conditional.matches(request, gzipTag);
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.status(known ? 304 : 200)
            .eTag(gzip ? gzipTag : plainTag)
            .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
            .header(HttpHeaders.CACHE_CONTROL, "private, no-cache");
    return known ? answer.build() : body(answer.contentType(NOTE), newest, gzip);
  }

  private static ResponseEntity<byte[]> body(
      ResponseEntity.BodyBuilder answer, Rendering newest, boolean gzip) {
    return gzip
        ? answer.header(HttpHeaders.CONTENT_ENCODING, "gzip").body(newest.gzip())
        : answer.body(newest.note());
  }

  /**
   * Begins with the newest snapshot, unless {@code Last-Event-ID} has it already; with deltas from
   * there on for a reader that asks for them.
   */
  @GetMapping("/stream")
  ResponseEntity<ResponseBodyEmitter> stream(
      @PathVariable String environment, HttpServletRequest request) {
    access.requireAnywhere(request, Role.SDK);
    Parameters parameters = Parameters.of(request);
    boolean deltas = parameters.truth("deltas");
    parameters.done();
    // Remembered even if this reader has it already: it is what the next delta starts from.
    recent.of(newest(environment));
    long lastSeen = lastSeen(request.getHeader("Last-Event-ID"));
    ResponseBodyEmitter emitter =
        streams.open(new SnapshotStreams.Wish(environment, lastSeen, deltas), bearer(request));
    return ResponseEntity.ok()
        .contentType(EVENTS)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("X-Accel-Buffering", "no")
        .body(emitter);
  }

  private PublishedSnapshot newest(String environment) {
    Keys.environment("environment", environment);
    if (!projections.snapshots().isReady()) {
      throw new ProblemException(
          503, "snapshots_starting", "Snapshots are being made from the log; try again soon.");
    }
    return projections
        .snapshots()
        .newest(environment)
        .orElseThrow(() -> new Refused(new Refusal.NotFound("environment", environment)));
  }

  /** An id that is not ours, from another server perhaps, means: from the newest on. */
  private static long lastSeen(@Nullable String id) {
    try {
      return id == null ? -1 : Long.parseLong(id.strip());
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String bearer(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return header == null ? "" : header.substring(header.indexOf(' ') + 1).strip();
  }
}
