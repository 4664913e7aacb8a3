package io.trialog.replay;

import java.time.Duration;
import java.time.Instant;

/** The clock and the only place that pauses, so that tests wait without time passing. */
interface Waits {

  Instant now();

  /** Blocks the calling thread for about {@code length}. */
  void pause(Duration length) throws InterruptedException;

  static Waits real() {
    return new Waits() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public void pause(Duration length) throws InterruptedException {
        Thread.sleep(length);
      }
    };
  }
}
