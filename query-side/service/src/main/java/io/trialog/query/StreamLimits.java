package io.trialog.query;

import java.time.Duration;

/**
 * Bounds of the streams of snapshots.
 *
 * @param heartbeat a comment is sent after a silence of this; an SDK takes a longer one for a loss
 * @param connections most streams at one time; the next one is answered with 503
 */
public record StreamLimits(Duration heartbeat, int connections) {
  /** 15 seconds, 2,000 streams. */
  public static final StreamLimits DEFAULT = new StreamLimits(Duration.ofSeconds(15), 2_000);

  public StreamLimits {
    if (heartbeat.toMillis() < 1 || connections < 1) {
      throw new IllegalArgumentException("heartbeat and connections must be above 0");
    }
  }
}
