package io.trialog.replay;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What one replay was asked to do, checked.
 *
 * @param control the control arm as the person names it; empty for the usual one
 * @param shares by arm; empty for equal shares
 * @param batchRows rows in one request
 * @param concurrency requests in flight
 * @param progressFile empty for the usual place
 */
record Plan(
    Path file,
    Columns columns,
    URI url,
    Path tokenFile,
    Target target,
    String control,
    Map<String, BigDecimal> shares,
    int batchRows,
    int concurrency,
    String progressFile,
    boolean restart,
    boolean json) {

  Plan {
    shares = Map.copyOf(shares);
  }

  /** Where on the platform the rows belong. */
  record Target(
      String experiment,
      String namespace,
      String metric,
      String unit,
      String environment,
      boolean guardrail,
      boolean lowerIsBetter) {}

  /**
   * A digest of everything that decides what is sent for a row: an interrupted replay is continued
   * only under the same one.
   *
   * @param fileSha256 of the file's bytes, in hex
   */
  String fingerprint(String fileSha256) {
    return digest(
        List.of(
            url.toString(),
            target.experiment(),
            target.metric(),
            target.unit(),
            target.environment(),
            columns.toString(),
            fileSha256));
  }

  /** Names the progress of this file in this experiment on this platform. */
  String identity(String fileSha256) {
    return digest(List.of(url.toString(), target.experiment(), fileSha256));
  }

  private static String digest(List<String> parts) {
    return HexFormat.of().formatHex(EventIds.digest(parts));
  }
}
