package io.trialog.measurement.stream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When to take a checkpoint: soon after records were folded, one at a time, and never so often that
 * checkpoints take more than a third of the time. A quiet job takes none: with the state on the
 * heap each costs as much as the whole state. Not safe for threads.
 */
final class Cadence {
  private static final Logger LOG = LoggerFactory.getLogger(Cadence.class);
  private static final int PAUSE_PER_DURATION = 2;

  private final Duration pause;
  private final Supplier<CompletableFuture<Long>> checkpoint;
  private long covered;
  private long covering;
  private long startedNanos;
  private long notBeforeNanos;
  private @Nullable CompletableFuture<Long> underWay;

  /**
   * Describes the rhythm.
   *
   * @param pause shortest time from the end of a checkpoint to the begin of the next
   * @param checkpoint begins one; the future ends with it
   */
  Cadence(Duration pause, Supplier<CompletableFuture<Long>> checkpoint, long nowNanos) {
    this.pause = pause;
    this.checkpoint = checkpoint;
    this.notBeforeNanos = nowNanos;
  }

  /**
   * To be called often.
   *
   * @param folded records so far
   */
  void tick(long folded, long nowNanos) {
    CompletableFuture<Long> running = underWay;
    if (running != null) {
      if (!running.isDone()) {
        return;
      }
      end(running, nowNanos);
    }
    if (folded > covered && nowNanos - notBeforeNanos >= 0) {
      covering = folded;
      startedNanos = nowNanos;
      underWay = checkpoint.get();
    }
  }

  private void end(CompletableFuture<Long> ended, long nowNanos) {
    underWay = null;
    long tookNanos = nowNanos - startedNanos;
    notBeforeNanos = nowNanos + Math.max(pause.toNanos(), PAUSE_PER_DURATION * tookNanos);
    if (ended.isCompletedExceptionally()) {
      LOG.debug("a checkpoint was declined; another will be tried", ended.exceptionNow());
    } else {
      covered = covering;
    }
  }
}
