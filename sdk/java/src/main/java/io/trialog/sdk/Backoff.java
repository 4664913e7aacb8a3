package io.trialog.sdk;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits that double from 250 ms to a longest one; each is drawn between half of it and all. */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final int MOST_DOUBLINGS = 20;

  private final Duration longest;
  private int failures;

  Backoff(Duration longest) {
    this.longest = longest;
  }

  void reset() {
    failures = 0;
  }

  /** The wait after one more failure; the jitter keeps a fleet from returning in step. */
  Duration next() {
    long millis = FIRST.toMillis() << Math.min(failures++, MOST_DOUBLINGS);
    return jittered(Duration.ofMillis(Math.min(millis, longest.toMillis())));
  }

  static Duration jittered(Duration full) {
    long millis = Math.max(2, full.toMillis());
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
  }
}
