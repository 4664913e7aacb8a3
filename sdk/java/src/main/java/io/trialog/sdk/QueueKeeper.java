package io.trialog.sdk;

import io.trialog.sdk.core.events.EventQueue;
import io.trialog.sdk.core.events.QueuedEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the queue's unsettled events in a folder, on a thread of its own, so that whoever records
 * an event waits for no disk. What was recorded within the interval before a kill is lost. A folder
 * that fails is counted and reported, and tried again later; until then events are in memory only.
 */
final class QueueKeeper implements Runnable {
  /** How often what is new is written. */
  static final Duration INTERVAL = Duration.ofMillis(100);

  /** How long after a failure the folder is tried again. */
  static final Duration RETRY = Duration.ofSeconds(30);

  private static final int MOST_AT_ONCE = 1_000;

  private final EventQueue queue;
  private final Path path;
  private final StateKeeper state;
  private final Runnable recovered;
  private final Duration retry;
  private final int segmentBytes;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong found = new AtomicLong();
  private final AtomicLong torn = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean keeping;
  private @Nullable QueueFolder folder;
  private boolean restored;
  private long through;

  /**
   * A keeper.
   *
   * @param recovered called when events of an earlier process were put into the queue
   */
  QueueKeeper(
      EventQueue queue,
      Path path,
      StateKeeper state,
      Runnable recovered,
      Duration retry,
      int segmentBytes) {
    this.queue = queue;
    this.path = path;
    this.state = state;
    this.recovered = recovered;
    this.retry = retry;
    this.segmentBytes = segmentBytes;
  }

  QueueCounters counters() {
    return new QueueCounters(keeping, written.get(), found.get(), torn.get(), failures.get());
  }

  /** The next round is the last; the sender has ended. */
  void close() {
    closing.countDown();
  }

  @Override
  public void run() {
    try {
      boolean more = true;
      while (more) {
        Duration pause = round();
        more = !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      }
      last();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      abandon();
    }
  }

  /** Brings the folder up to the queue; the answer is the wait before the next time. */
  private Duration round() {
    try {
      QueueFolder open = folder == null ? open() : folder;
      save(open);
      keeping = true;
      return INTERVAL;
    } catch (IOException | RuntimeException e) {
      failed(e);
      return retry;
    }
  }

  private void last() {
    try {
      QueueFolder open = folder;
      if (open != null) {
        save(open);
        open.close();
        folder = null;
      }
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  private QueueFolder open() throws IOException {
    QueueFolder open = QueueFolder.open(path, segmentBytes);
    folder = open;
    QueueFolder.Found left = open.read();
    if (!restored) {
      // Only what an earlier process left: what this one wrote before a failure is in the queue.
      restore(left);
      restored = true;
    }
    through = 0;
    save(open);
    open.forgetFound();
    return open;
  }

  private void restore(QueueFolder.Found left) {
    torn.addAndGet(left.torn());
    for (Map.Entry<String, Boolean> event : left.events().entrySet()) {
      if (queue.restore(event.getValue(), event.getKey())) {
        found.incrementAndGet();
      }
    }
    if (left.torn() > 0) {
      state.problem("the queue folder had " + left.torn() + " segments with a torn end");
    }
    if (!left.events().isEmpty()) {
      recovered.run();
    }
  }

  private void save(QueueFolder open) throws IOException {
    List<QueuedEvent> fresh = queue.after(through, MOST_AT_ONCE);
    while (!fresh.isEmpty()) {
      for (QueuedEvent event : fresh) {
        open.append(event.number(), event.exposure(), event.json());
        through = event.number();
      }
      open.write();
      written.addAndGet(fresh.size());
      fresh = queue.after(through, MOST_AT_ONCE);
    }
    open.settle(queue.settledThrough());
    open.write();
  }

  private void failed(Exception e) {
    keeping = false;
    failures.incrementAndGet();
    state.problem("the queue folder failed, events are in memory only: " + e.getMessage());
    abandon();
  }

  private void abandon() {
    try {
      QueueFolder open = folder;
      folder = null;
      if (open != null) {
        open.abandon();
      }
    } catch (IOException e) {
      state.problem("the queue folder could not be closed: " + e.getMessage());
    }
  }
}
