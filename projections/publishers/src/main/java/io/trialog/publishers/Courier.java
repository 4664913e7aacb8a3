package io.trialog.publishers;

import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotPublisher;
import io.trialog.snapshots.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the newest snapshot of every environment to one outlet, for as long as it is open.
 *
 * <p>Each environment has a reader of its own that holds the newest snapshot and no other. So what
 * changes faster than the outlet takes is left out, an outlet that is away holds up neither the
 * publisher nor another outlet, and once it is back it gets the newest at once. The first change
 * after a quiet time goes out without a wait. After a start the newest goes out again. Before it go
 * the statements about the environment's keys; when these change, which is noticed within a second,
 * both go out again, the snapshot signed by the keys that sign now.
 */
public final class Courier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final long BEFORE_ALL = -1;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(12);

  /**
   * How it goes about it.
   *
   * @param gap least time between two snapshots of an environment
   * @param refresh how long after a snapshot the same is put again when nothing changed, so that an
   *     outlet that lost it has it again
   * @param firstRetry first pause after a failure; it doubles with each failure in a row
   * @param longestRetry where the doubling ends
   */
  public record Pace(Duration gap, Duration refresh, Duration firstRetry, Duration longestRetry) {
    /** At most two a second, again after 10 s; after failures 250 ms to 5 s. */
    public static final Pace DEFAULT =
        new Pace(
            Duration.ofMillis(500),
            Duration.ofSeconds(10),
            Duration.ofMillis(250),
            Duration.ofSeconds(5));

    public Pace {
      if (gap.isNegative() || !refresh.isPositive() || !firstRetry.isPositive()) {
        throw new IllegalArgumentException("gap must not be negative, the others above 0");
      }
    }

    /** The same with another refresh. */
    public Pace refreshing(Duration every) {
      return new Pace(gap, every, firstRetry, longestRetry);
    }
  }

  /**
   * How an outlet is doing.
   *
   * @param trouble why the last snapshot of some environment is not there; empty when all are
   * @param put snapshots brought there since the start
   * @param failures times that it refused or did not answer
   */
  public record Status(String outlet, Optional<String> trouble, long put, long failures) {}

  private final SnapshotPublisher publisher;
  private final SnapshotOutlet outlet;
  private final Pace pace;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Map<String, Thread> readers = new ConcurrentHashMap<>();
  private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
  private final Map<String, String> troubles = new ConcurrentSkipListMap<>();
  private final ReentrantLock oneAtATime = new ReentrantLock();
  private final AtomicLong put = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Thread watch;

  private Courier(SnapshotPublisher publisher, SnapshotOutlet outlet, Pace pace) {
    this.publisher = publisher;
    this.outlet = outlet;
    this.pace = pace;
    this.watch = Thread.ofVirtual().name("trialog-courier-" + outlet.name()).unstarted(this::watch);
  }

  /** Begins to carry; the outlet is closed with the courier. */
  public static Courier start(SnapshotPublisher publisher, SnapshotOutlet outlet, Pace pace) {
    Courier courier = new Courier(publisher, outlet, pace);
    courier.watch.start();
    return courier;
  }

  /** How it is doing. Never blocks. */
  public Status status() {
    Optional<String> trouble = troubles.values().stream().findFirst();
    return new Status(outlet.name(), trouble, put.get(), failures.get());
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  /** Environments appear while we run; each gets its reader within a second. */
  private void watch() {
    try {
      do {
        publisher.environments().forEach(this::ensureReader);
      } while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ensureReader(String environment) {
    Thread reader = readers.get(environment);
    if (isOpen() && (reader == null || !reader.isAlive())) {
      String name = "trialog-courier-" + outlet.name() + "-" + environment;
      readers.put(environment, Thread.ofVirtual().name(name).start(() -> read(environment)));
    }
  }

  private void read(String environment) {
    try (Subscription subscription = publisher.subscribe(environment, BEFORE_ALL)) {
      subscriptions.put(environment, subscription);
      carry(environment, subscription);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalStateException e) {
      LOG.debug("{}: no subscription to {}", outlet.name(), environment, e);
    } finally {
      subscriptions.remove(environment);
    }
  }

  private void carry(String environment, Subscription subscription) throws InterruptedException {
    Load load = new Load(environment);
    Duration patience = LOOK;
    int inARow = 0;
    while (isOpen() && !subscription.isClosed()) {
      Duration rest = Duration.ZERO;
      try {
        if (load.isDue(subscription.next(patience).orElse(null))) {
          bring(load);
          rest = pace.gap();
        }
        succeeded(environment, inARow);
        inARow = 0;
        patience = shorter(pace.refresh(), LOOK);
      } catch (RuntimeException e) {
        rest = failed(environment, e, inARow++);
        // Whatever is newest by then is tried next, the same if there is nothing newer.
        patience = Duration.ZERO;
      }
      closing.await(rest.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** What one reader carries, and what of it is there. */
  private final class Load {
    private final String environment;
    private @Nullable PublishedSnapshot snapshot;
    private List<String> statements = List.of();

    /** Null as long as what is held is not there. */
    private @Nullable Long putNanos;

    Load(String environment) {
      this.environment = environment;
    }

    /**
     * Whether there is something to bring: a newer snapshot, other statements about keys, or the
     * same once more. With other statements what was signed is signed again, by other keys.
     */
    boolean isDue(@Nullable PublishedSnapshot newer) {
      if (newer != null) {
        snapshot = newer;
        putNanos = null;
      }
      boolean again = putNanos == null || System.nanoTime() - putNanos >= pace.refresh().toNanos();
      boolean known = statements.equals(publisher.keyStatements(environment));
      return snapshot != null && (again || !known);
    }

    void put() {
      PublishedSnapshot held = snapshot;
      if (held == null) {
        return;
      }
      putNanos = null;
      PublishedSnapshot signed = signedNow(held);
      // After the signature, so that the keys that made it are among them.
      statements = publisher.keyStatements(environment);
      outlet.putKeyStatements(environment, statements);
      outlet.put(signed);
      putNanos = System.nanoTime();
      put.incrementAndGet();
    }

    /** A newer one comes by the subscription. */
    private PublishedSnapshot signedNow(PublishedSnapshot held) {
      return publisher
          .newest(environment)
          .filter(newest -> newest.position() == held.position())
          .orElse(held);
    }
  }

  private void bring(Load load) throws InterruptedException {
    oneAtATime.lockInterruptibly();
    try {
      if (isOpen()) {
        load.put();
      }
    } finally {
      oneAtATime.unlock();
    }
  }

  private void succeeded(String environment, int failedBefore) {
    if (failedBefore > 0) {
      LOG.info("{} has the snapshots of {} again", outlet.name(), environment);
    }
    troubles.remove(environment);
  }

  private Duration failed(String environment, RuntimeException failure, int failedBefore) {
    failures.incrementAndGet();
    troubles.put(environment, String.valueOf(failure.getMessage()));
    if (failedBefore == 0) {
      String why = String.valueOf(failure.getMessage());
      LOG.warn("{} has not the newest snapshot of {}: {}", outlet.name(), environment, why);
    }
    long millis = pace.firstRetry().toMillis() << Math.min(failedBefore, 16);
    return Duration.ofMillis(Math.min(millis, pace.longestRetry().toMillis()));
  }

  /** Ends the readers, lets a running call to the outlet end, and closes it. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    subscriptions.values().forEach(Subscription::close);
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    try {
      watch.join(STOP_LIMIT);
      // A reader may have begun while we closed the others.
      subscriptions.values().forEach(Subscription::close);
      for (Thread reader : readers.values()) {
        reader.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    outlet.close();
  }
}
