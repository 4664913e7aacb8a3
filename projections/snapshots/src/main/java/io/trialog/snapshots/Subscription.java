package io.trialog.snapshots;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One reader of the snapshots of an environment. It holds the newest one that was not taken yet and
 * no more: a slow reader misses those between, which the newest replaces anyhow.
 */
public final class Subscription implements AutoCloseable {
  private final SnapshotPublisher publisher;
  private final String environment;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long lastSeen;
  private @Nullable Edition waiting;
  private boolean closed;

  Subscription(SnapshotPublisher publisher, String environment, long lastSeen) {
    this.publisher = publisher;
    this.environment = environment;
    this.lastSeen = lastSeen;
  }

  /** Whose snapshots these are. */
  public String environment() {
    return environment;
  }

  /**
   * Takes the newest snapshot above the last one taken; waits for one. Empty when the time was over
   * first, or when the subscription is closed.
   *
   * @throws RuntimeException if it cannot be written or signed, as with more experiments than a
   *     snapshot can hold; it is still there for the next call, unless a newer one has come
   */
  public Optional<PublishedSnapshot> next(Duration atMost) throws InterruptedException {
    Optional<Edition> taken = take(atMost);
    try {
      return taken.map(Edition::snapshot);
    } catch (RuntimeException e) {
      taken.ifPresent(this::giveBack);
      throw e;
    }
  }

  private void giveBack(Edition edition) {
    lock.lock();
    try {
      if (!closed && waiting == null) {
        waiting = edition;
      }
    } finally {
      lock.unlock();
    }
  }

  private Optional<Edition> take(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      while (waiting == null && !closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      Edition taken = waiting;
      if (taken == null) {
        return Optional.empty();
      }
      waiting = null;
      lastSeen = taken.position();
      return Optional.of(taken);
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #close} was called, by the reader or by the publisher's end. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  void offer(Edition edition) {
    lock.lock();
    try {
      long newest = waiting == null ? lastSeen : waiting.position();
      if (!closed && edition.position() > newest) {
        waiting = edition;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends it and wakes a waiting reader. Idempotent. */
  @Override
  public void close() {
    publisher.forget(this);
    lock.lock();
    try {
      closed = true;
      waiting = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
