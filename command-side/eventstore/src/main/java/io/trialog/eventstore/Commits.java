package io.trialog.eventstore;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Waiting for the next event of a log: a commit of this process wakes at once, those of other
 * processes are found by polling every 100 ms. Thread-safe.
 */
public final class Commits {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition commit = lock.newCondition();
  private long seen;

  /** Wakes all who wait; called after each commit of this process. */
  public void committed() {
    lock.lock();
    try {
      seen++;
      commit.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the log has what is wanted, or for that long.
   *
   * @param there whether the log has it; asked at first, after each commit, and every 100 ms
   */
  public void await(BooleanSupplier there, Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    long left = atMost.toNanos();
    while (left > 0) {
      long before = seen();
      if (there.getAsBoolean()) {
        return;
      }
      awaitAfter(before, Math.min(left, POLL_NANOS));
      left = deadline - System.nanoTime();
    }
  }

  private long seen() {
    lock.lock();
    try {
      return seen;
    } finally {
      lock.unlock();
    }
  }

  private void awaitAfter(long before, long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (seen == before && left > 0) {
        left = commit.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
