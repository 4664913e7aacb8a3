package io.trialog.snapshots;

import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Follows the log on one daemon thread and hands each event, in order, to each projection, from the
 * projection's own position on. Projections at the same place share one read.
 *
 * <p>A projection that throws, or an event that cannot be decoded, is tried again with back-off and
 * shows in {@link #status()}; the other projections go on. {@link #close()} never interrupts the
 * thread, because an interrupt closes the files of Lucene and H2 under their feet; it waits for the
 * running batch instead, at most {@link Settings#closeWithin()}.
 */
public final class LogFollower implements AutoCloseable {
  private static final Logger LOG = System.getLogger(LogFollower.class.getName());

  /**
   * How it follows.
   *
   * @param batch most events read at once, 1 to 10,000
   * @param poll longest sleep while the log is quiet
   * @param firstRetry first pause after a failure; it doubles with each failure in a row
   * @param longestRetry where the doubling ends
   * @param closeWithin how long {@link #close()} waits for the running batch
   * @param gather longest time for which events may gather behind a batch; 0 for not at all
   */
  public record Settings(
      int batch,
      Duration poll,
      Duration firstRetry,
      Duration longestRetry,
      Duration closeWithin,
      Duration gather) {
    /** 500 events, 250 ms, 100 ms, 5 s, 10 s, 10 ms. */
    public static final Settings DEFAULT =
        new Settings(
            500,
            Duration.ofMillis(250),
            Duration.ofMillis(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofMillis(10));

    /** The same, but for how long events may gather. */
    public Settings gathering(Duration longest) {
      return new Settings(batch, poll, firstRetry, longestRetry, closeWithin, longest);
    }

    public Settings {
      if (batch < 1 || batch > 10_000) {
        throw new IllegalArgumentException("batch must be within 1 and 10000; found " + batch);
      }
      if (poll.isNegative() || poll.isZero() || firstRetry.isNegative() || firstRetry.isZero()) {
        throw new IllegalArgumentException("poll and firstRetry must be above 0");
      }
    }
  }

  /** Whether a projection goes on, waits to be tried again, or will not go on any more. */
  public enum State {
    RUNNING,
    RETRYING,
    CLOSED
  }

  /**
   * How a projection is doing.
   *
   * @param failures in a row, 0 when the last batch went well
   * @param lastError of the last failure, kept after it recovered
   * @param lastErrorAt when that was
   */
  public record Status(
      String projection,
      State state,
      long position,
      int failures,
      @Nullable String lastError,
      @Nullable Instant lastErrorAt) {}

  private static final long GATHERING = 10;

  private final EventLog log;
  private final Settings settings;
  private final List<Lane> lanes;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int waiting;
  private volatile boolean closed;

  /** Not started yet. The order of the projections is the order in which a batch reaches them. */
  public LogFollower(EventLog log, List<? extends Projection> projections) {
    this(log, projections, Settings.DEFAULT);
  }

  /** Not started yet. The order of the projections is the order in which a batch reaches them. */
  public LogFollower(EventLog log, List<? extends Projection> projections, Settings settings) {
    this.log = log;
    this.settings = settings;
    this.lanes = projections.stream().map(Lane::new).toList();
    this.thread = Thread.ofPlatform().daemon().name("trialog-log-follower").unstarted(this::follow);
  }

  /** Begins to follow; once. */
  public void start() {
    thread.start();
  }

  /** How each projection is doing, in their order. Never blocks. */
  public List<Status> status() {
    return lanes.stream().map(Lane::status).toList();
  }

  /** The position that every projection has reached. */
  public long position() {
    return lanes.stream().mapToLong(lane -> lane.projection.position()).min().orElse(0);
  }

  /**
   * Waits until every projection shows the event at this position.
   *
   * @return false when the time was over first, or the follower was closed
   */
  public boolean awaitPosition(long position, Duration atMost) throws InterruptedException {
    return await(lanes, position, atMost);
  }

  /** Waits for one projection; otherwise like {@link #awaitPosition(long, Duration)}. */
  public boolean awaitPosition(Projection projection, long position, Duration atMost)
      throws InterruptedException {
    List<Lane> one = lanes.stream().filter(lane -> lane.projection.equals(projection)).toList();
    if (one.isEmpty()) {
      throw new IllegalArgumentException(projection.name() + " does not follow here");
    }
    return await(one, position, atMost);
  }

  private boolean await(List<Lane> which, long position, Duration atMost)
      throws InterruptedException {
    // Most ask for what is there already: they need neither the lock nor to wake the follower.
    if (isReached(which, position)) {
      return true;
    }
    long nanos = atMost.toNanos();
    lock.lock();
    waiting++;
    changed.signalAll();
    try {
      while (!isReached(which, position)) {
        if (closed || nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      waiting--;
      lock.unlock();
    }
  }

  private static boolean isReached(List<Lane> which, long position) {
    return which.stream().allMatch(lane -> lane.projection.position() >= position);
  }

  /** Ends after the running batch; waits for that as long as the settings say. Idempotent. */
  @Override
  public void close() {
    closed = true;
    signal();
    try {
      if (!thread.join(settings.closeWithin())) {
        LOG.log(Level.WARNING, "The log follower did not end within {0}", settings.closeWithin());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IllegalThreadStateException e) {
      LOG.log(Level.DEBUG, "The log follower was closed before it was started");
    }
  }

  // Failures of projections and of the log are the lanes' business. What still comes here is a
  // defect, of which nobody would hear if it ended the thread.
  private void follow() {
    while (!closed) {
      try {
        step();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "The log follower met a defect and goes on", e);
        restQuietly(settings.longestRetry());
      }
    }
  }

  private void step() {
    long begin = System.nanoTime();
    int most = 0;
    for (Map.Entry<Long, List<Lane>> group : dueLanes().entrySet()) {
      most = Math.max(most, feed(group.getKey(), group.getValue()));
    }
    if (most == 0 && !closed) {
      rest();
    } else if (most < settings.batch() && !closed) {
      gather(System.nanoTime() - begin);
    }
  }

  /**
   * Lets events gather, ten times as long as the last batch took and at most as the settings say,
   * or until somebody waits for a position. What projections do for each batch (commit, sign) then
   * takes a small part of one core while orders pour in, instead of all of it; an event behind a
   * quiet time waits for nothing. A full batch means catching up.
   */
  private void gather(long nanosOfBatch) {
    long nanos = Math.min(GATHERING * nanosOfBatch, settings.gather().toNanos());
    lock.lock();
    try {
      while (!closed && waiting == 0 && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "The log follower was interrupted and goes on");
    } finally {
      lock.unlock();
    }
  }

  private Map<Long, List<Lane>> dueLanes() {
    long now = System.nanoTime();
    Map<Long, List<Lane>> due = new TreeMap<>();
    for (Lane lane : lanes) {
      if (lane.isDue(now)) {
        due.computeIfAbsent(lane.projection.position(), at -> new ArrayList<>()).add(lane);
      }
    }
    return due;
  }

  /** How many events there were to hand over. */
  private int feed(long after, List<Lane> group) {
    Batch batch = read(after);
    for (Lane lane : group) {
      lane.take(batch);
    }
    signal();
    return batch.events().size();
  }

  /** Events understood, and what stopped the reading behind them. */
  private record Batch(List<Positioned> events, @Nullable Throwable failure) {}

  private Batch read(long after) {
    List<Positioned> events = new ArrayList<>();
    try {
      for (StoredEvent stored : log.read(after, settings.batch())) {
        events.add(new Positioned(stored, EventCodec.decode(stored)));
      }
      return new Batch(events, null);
    } catch (RuntimeException | Error e) {
      return new Batch(events, e);
    }
  }

  /** Sleeps until there may be an event, or a failed projection is due again. */
  private void rest() {
    long now = System.nanoTime();
    long pause = settings.poll().toNanos();
    for (Lane lane : lanes) {
      pause = lane.failures > 0 ? Math.min(pause, lane.retryAt - now) : pause;
    }
    try {
      if (pause > 0) {
        pause(Duration.ofNanos(pause), lanes.stream().filter(lane -> lane.failures == 0).toList());
      }
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "The log follower was interrupted and goes on");
    }
  }

  private void pause(Duration atMost, List<Lane> healthy) throws InterruptedException {
    if (healthy.isEmpty()) {
      sleep(atMost);
      return;
    }
    long reached = healthy.stream().mapToLong(lane -> lane.projection.position()).min().orElse(0);
    try {
      log.await(reached, atMost);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The log cannot be awaited: {0}", e.toString());
      sleep(atMost);
    }
  }

  private void sleep(Duration atMost) throws InterruptedException {
    long nanos = atMost.toNanos();
    lock.lock();
    try {
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void restQuietly(Duration atMost) {
    try {
      sleep(atMost);
    } catch (InterruptedException e) {
      LOG.log(Level.WARNING, "The log follower was interrupted and goes on");
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One projection and its failures; written by the follower's thread only. */
  private final class Lane {
    final Projection projection;
    volatile int failures;
    private long retryAt;
    private volatile @Nullable String lastError;
    private volatile @Nullable Instant lastErrorAt;

    Lane(Projection projection) {
      this.projection = projection;
    }

    boolean isDue(long now) {
      return failures == 0 || now - retryAt >= 0;
    }

    // A projection's Error, such as a class that is missing, must not end the others' thread.
    void take(Batch batch) {
      try {
        hand(batch.events());
        if (batch.failure() == null) {
          recovered();
        } else {
          failed(batch.failure());
        }
      } catch (RuntimeException | Error e) {
        failed(e);
      }
    }

    private void hand(List<Positioned> events) {
      if (events.isEmpty()) {
        projection.idle();
        return;
      }
      projection.apply(events);
      long last = events.getLast().position();
      if (projection.position() != last) {
        throw new IllegalStateException(
            "expected position %d after the batch, found %d"
                .formatted(last, projection.position()));
      }
    }

    private void recovered() {
      if (failures > 0) {
        LOG.log(Level.INFO, "Projection {0} goes on", projection.name());
        failures = 0;
      }
    }

    private void failed(Throwable failure) {
      long pause =
          Math.min(
              settings.longestRetry().toNanos(),
              settings.firstRetry().toNanos() << Math.min(failures, 16));
      retryAt = System.nanoTime() + pause;
      lastErrorAt = Instant.now();
      lastError = failure.toString();
      failures = failures == Integer.MAX_VALUE ? failures : failures + 1;
      LOG.log(
          Level.WARNING,
          "Projection %s failed behind position %d, failure %d in a row, again in %d ms"
              .formatted(
                  projection.name(),
                  projection.position(),
                  failures,
                  TimeUnit.NANOSECONDS.toMillis(pause)),
          failure);
    }

    Status status() {
      State state =
          closed || thread.getState() == Thread.State.TERMINATED
              ? State.CLOSED
              : failures == 0 ? State.RUNNING : State.RETRYING;
      return new Status(
          projection.name(), state, projection.position(), failures, lastError, lastErrorAt);
    }
  }
}
