package io.trialog.receipts;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes receipts and says how far kills have come. Any thread.
 *
 * <p>A thread of its own writes what was taken, in batches, and writes down who is expected to
 * enforce each new kill. What was taken and not written when the process ends is lost, and so is a
 * batch that the database refuses {@value #ATTEMPTS} times; clients name what they enforce again
 * within a minute, so the loss is one of time.
 */
public final class Receipts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Receipts.class);
  private static final int QUEUE_LIMIT = 20_000;
  private static final int BATCH_LIMIT = 500;
  private static final int ATTEMPTS = 5;
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration FORGET_EACH = Duration.ofMinutes(10);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Kills kills;
  private final ReceiptStore store;
  private final Clock clock;
  private final BlockingQueue<ClientReceipt> queue = new ArrayBlockingQueue<>(QUEUE_LIMIT);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final Thread writer;
  private List<ClientReceipt> batch = List.of();
  private int failures;
  private Instant forgotten = Instant.MIN;
  private volatile long expectedUpTo;
  private volatile @Nullable String trouble;

  private Receipts(Kills kills, ReceiptStore store, Clock clock) {
    this.kills = kills;
    this.store = store;
    this.clock = clock;
    this.writer = Thread.ofPlatform().name("trialog-receipts").daemon().unstarted(this::run);
  }

  /** Begins to write. */
  public static Receipts start(Kills kills, ReceiptStore store, Clock clock) {
    Receipts receipts = new Receipts(kills, store, clock);
    receipts.writer.start();
    return receipts;
  }

  /** Takes a receipt, without waiting; false when too many wait to be written, or closed. */
  public boolean accept(ClientReceipt receipt) {
    boolean taken = closing.getCount() > 0 && queue.offer(receipt);
    if (!taken) {
      dropped.incrementAndGet();
    }
    return taken;
  }

  /** How far a kill has come. */
  public Enforcement enforcement(Kill kill) {
    if (kill.position() > expectedUpTo) {
      store.expect(kill);
    }
    return store.enforcement(kill, clock.instant());
  }

  /** The clients of an environment; those that enforce less than {@code newest} are behind. */
  public Fleet fleet(String environment, long newest) {
    return store.fleet(environment, newest, clock.instant());
  }

  /** The kills that it knows of. */
  public Kills kills() {
    return kills;
  }

  /** Receipts written since the start. */
  public long written() {
    return written.get();
  }

  /** Receipts that were not taken or not written since the start. */
  public long dropped() {
    return dropped.get();
  }

  /** Why the last attempt to write failed; empty when it did not. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  private void run() {
    try {
      while (closing.getCount() > 0 || !queue.isEmpty()) {
        if (!round()) {
          closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted with {} receipts to be written", queue.size() + batch.size());
    }
  }

  private boolean round() throws InterruptedException {
    collect();
    try {
      expect();
      write();
      forget();
      failures = 0;
      trouble = null;
      return true;
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  private void collect() throws InterruptedException {
    if (!batch.isEmpty()) {
      return;
    }
    ClientReceipt first = queue.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    if (first != null) {
      List<ClientReceipt> more = new ArrayList<>(List.of(first));
      queue.drainTo(more, BATCH_LIMIT - 1);
      batch = more;
    }
  }

  private void expect() {
    Instant oldest = clock.instant().minus(ReceiptStore.KILLS_KEPT);
    for (Kill kill : kills.above(expectedUpTo)) {
      if (!kill.event().time().isBefore(oldest)) {
        store.expect(kill);
      }
      expectedUpTo = kill.position();
    }
  }

  private void write() {
    if (!batch.isEmpty()) {
      int refused = store.write(batch);
      dropped.addAndGet(refused);
      written.addAndGet(batch.size() - refused);
      batch = List.of();
    }
  }

  private void forget() {
    Instant now = clock.instant();
    if (now.minus(FORGET_EACH).isAfter(forgotten)) {
      store.forget(now);
      kills.forgetBefore(now.minus(ReceiptStore.KILLS_KEPT));
      forgotten = now;
    }
  }

  private void failed(RuntimeException e) {
    failures++;
    trouble = String.valueOf(e.getMessage());
    if (failures >= ATTEMPTS || closing.getCount() == 0) {
      LOG.warn("{} receipts are dropped after {} attempts", batch.size(), failures, e);
      dropped.addAndGet(batch.size());
      batch = List.of();
      failures = 0;
    }
  }

  /** Writes what was taken, within 5 s. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (!writer.join(STOP_LIMIT)) {
        writer.interrupt();
      }
    } catch (InterruptedException e) {
      writer.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
