package io.trialog.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * One token bucket for each of the keys seen last: {@code perSecond} requests in the long run,
 * {@code burst} at once. At most 10,000 keys are kept; one that was forgotten begins with a full
 * bucket. Thread-safe.
 */
final class TokenBuckets {
  private static final int KEYS_LIMIT = 10_000;
  private static final double NANOS = 1e9;

  private final int perSecond;
  private final int burst;
  private final LongSupplier nanoClock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Bucket> buckets = new Recent();

  TokenBuckets(int perSecond, int burst, LongSupplier nanoClock) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.nanoClock = nanoClock;
  }

  /**
   * What a request is told.
   *
   * @param remaining requests that may follow at once
   * @param retryAfter until the next one may come; zero when this one may
   */
  record Taken(boolean admitted, int limit, int remaining, Duration retryAfter) {}

  /** Takes one from the key's bucket, if there is one. */
  Taken take(String key) {
    long now = nanoClock.getAsLong();
    lock.lock();
    try {
      Bucket bucket = buckets.computeIfAbsent(key, any -> new Bucket(burst, now));
      bucket.fill(perSecond, burst, now);
      if (bucket.level >= 1) {
        bucket.level--;
        return new Taken(true, burst, (int) bucket.level, Duration.ZERO);
      }
      long nanos = (long) Math.ceil((1 - bucket.level) / perSecond * NANOS);
      return new Taken(false, burst, 0, Duration.ofNanos(nanos));
    } finally {
      lock.unlock();
    }
  }

  int keys() {
    lock.lock();
    try {
      return buckets.size();
    } finally {
      lock.unlock();
    }
  }

  private static final class Bucket {
    private double level;
    private long filledAt;

    Bucket(double level, long now) {
      this.level = level;
      this.filledAt = now;
    }

    void fill(int perSecond, int burst, long now) {
      level = Math.min(burst, level + (now - filledAt) / NANOS * perSecond);
      filledAt = now;
    }
  }

  private static final class Recent extends LinkedHashMap<String, Bucket> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(64, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
      return size() > KEYS_LIMIT;
    }
  }
}
