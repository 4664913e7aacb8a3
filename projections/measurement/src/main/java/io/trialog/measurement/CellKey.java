package io.trialog.measurement;

import java.time.Instant;
import java.util.Objects;

/**
 * The address of a group of sums.
 *
 * @param epoch allocation epoch of the experiment
 * @param variant empty for counts that belong to the experiment as a whole
 * @param segment empty for everybody, else {@code name=value}
 * @param metric empty for counts of subjects, else the metric's key
 * @param pane begin of ten seconds of event time, in seconds since 1970, a multiple of 10
 */
public record CellKey(
    String experiment, int epoch, String variant, String segment, String metric, long pane) {
  /** Length of a pane in seconds. */
  public static final int PANE_SECONDS = 10;

  public CellKey {
    Objects.requireNonNull(experiment);
    Objects.requireNonNull(variant);
    Objects.requireNonNull(segment);
    Objects.requireNonNull(metric);
  }

  /** The pane of a moment. */
  public static long paneOf(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), (long) PANE_SECONDS) * PANE_SECONDS;
  }
}
