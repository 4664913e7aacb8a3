package io.trialog.query;

import io.trialog.audit.log.BundleWriter;
import io.trialog.http.Access;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.language.Grant;
import io.trialog.language.InvalidValue;
import io.trialog.language.Role;
import io.trialog.projections.Projections;
import io.trialog.projections.Projections.View;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.stream.LongStream;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Bundles of the signed log. Each is written to a file first: a slow reader then holds no
 * connection of the database, a log that is not what was signed ends in a problem and not in half a
 * zip, and the length is known. At most two at a time.
 */
@RestController
class BundleAnswers {
  private static final int AT_A_TIME = 2;

  /** A follower signs at least once in so many leaves. */
  private static final int SEARCH_LIMIT = 500;

  private final Projections projections;
  private final Access access;
  private final Semaphore free = new Semaphore(AT_A_TIME);

  BundleAnswers(Projections projections, Access access) {
    this.projections = projections;
    this.access = access;
  }

  @GetMapping("/api/v1/audit/exports/{size}/bundle.zip")
  void bundle(@PathVariable String size, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    access.require(request, Grant.EVERYWHERE, Role.AUDITOR);
    Parameters.onlyPosition(request, projections, View.AUDIT_LOG);
    long leaves = signed(size);
    if (!free.tryAcquire()) {
      throw new ProblemException(
          503, "exports_busy", AT_A_TIME + " bundles are being written; try again soon.");
    }
    try {
      send(leaves, response);
    } finally {
      free.release();
    }
  }

  private void send(long size, HttpServletResponse response) throws IOException {
    Path file = Files.createTempFile("trialog-bundle-", ".zip");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
        projections.bundles().writeZip(size, out);
      }
      response.setContentType("application/zip");
      response.setContentLengthLong(Files.size(file));
      response.setHeader(
          HttpHeaders.CONTENT_DISPOSITION,
          "attachment; filename=\"trialog-audit-" + size + ".zip\"");
      Files.copy(file, response.getOutputStream());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private long signed(String size) {
    long whole = projections.auditHead().size();
    long asked = number(size);
    if (asked < 1 || asked > whole || !projections.bundles().canWrite(asked)) {
      throw new ProblemException(notSigned(asked, whole));
    }
    return asked;
  }

  private static long number(String size) {
    try {
      return Long.parseLong(size);
    } catch (NumberFormatException e) {
      throw new InvalidValue("size", "must be a whole number; found \"" + size + "\"");
    }
  }

  /** Only sizes that were signed can be proved; says which ones are near. */
  private Problem notSigned(long asked, long whole) {
    JsonArrayBuilder near = Json.createArrayBuilder();
    Set<Long> sizes = new TreeSet<>();
    sizes.add(whole);
    nearest(asked, whole).forEach(sizes::add);
    sizes.stream().filter(size -> size > 0).forEach(near::add);
    return Problem.of(
            404,
            "checkpoint_not_found",
            "No checkpoint of size %d was signed; the log has %d leaves.".formatted(asked, whole))
        .with("signed_sizes_near", near.build());
  }

  private LongStream nearest(long asked, long whole) {
    BundleWriter bundles = projections.bundles();
    long from = Math.max(1, Math.min(asked, whole));
    long[] below =
        LongStream.iterate(from, n -> n >= 1 && from - n < SEARCH_LIMIT, n -> n - 1)
            .filter(bundles::canWrite)
            .limit(1)
            .toArray();
    long[] above =
        LongStream.iterate(from, n -> n <= whole && n - from < SEARCH_LIMIT, n -> n + 1)
            .filter(bundles::canWrite)
            .limit(1)
            .toArray();
    return LongStream.concat(Arrays.stream(below), Arrays.stream(above));
  }
}
