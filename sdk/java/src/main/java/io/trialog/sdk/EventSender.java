package io.trialog.sdk;

import io.trialog.sdk.core.events.EventBatch;
import io.trialog.sdk.core.events.EventQueue;
import io.trialog.sdk.core.json.JsonException;
import io.trialog.sdk.core.json.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Delivers events to the collector on a thread of its own (protocol clauses 6.5 and 6.6). A batch
 * is sent, the very same bytes, until the collector has taken or refused it; only then comes the
 * next.
 */
final class EventSender implements Runnable {
  /** The thread wakes before its interval when so many events wait. */
  static final int WAKE_AT = EventQueue.MAX_BATCH_EVENTS / 2;

  private static final int MOST_ANSWER_BYTES = 1 << 20;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  private static final Duration CLOSING_PAUSE = Duration.ofMillis(100);

  /** Statuses that say nothing about the batch: the token, the load, a proxy. */
  private static final Set<Integer> RETRIED = Set.of(401, 403, 404, 408, 425, 429);

  private final EventQueue queue;
  private final Http http;
  private final StateKeeper state;
  private final Settings settings;
  private final Backoff backoff;
  private final Object monitor = new Object();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong retried = new AtomicLong();
  private boolean wanted;
  private boolean closing;
  private boolean ended;

  EventSender(EventQueue queue, Http http, StateKeeper state, Settings settings) {
    this.queue = queue;
    this.http = http;
    this.state = state;
    this.settings = settings;
    this.backoff = new Backoff(settings.longestBackoff());
  }

  long accepted() {
    return accepted.get();
  }

  long rejected() {
    return rejected.get();
  }

  long sent() {
    return sent.get();
  }

  long retried() {
    return retried.get();
  }

  /** Sends what waits now instead of at the next interval. Does not block. */
  void wake() {
    synchronized (monitor) {
      wanted = true;
      monitor.notifyAll();
    }
  }

  /** True when nothing is pending within the time. */
  boolean awaitEmpty(Duration most) throws InterruptedException {
    wake();
    long deadline = System.nanoTime() + most.toNanos();
    synchronized (monitor) {
      while (queue.pending() > 0 && !ended) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        monitor.wait(left / 1_000_000 + 1);
      }
    }
    return queue.pending() == 0;
  }

  /** Sends the rest without waiting for intervals, then ends. */
  void close() {
    synchronized (monitor) {
      closing = true;
      monitor.notifyAll();
    }
  }

  @Override
  public void run() {
    try {
      boolean more = true;
      while (more) {
        more = awaitWork();
        drain();
      }
    } catch (InterruptedException e) {
      // The deadline of closing has passed; what is pending stays counted as pending.
      Thread.currentThread().interrupt();
    } finally {
      synchronized (monitor) {
        ended = true;
        monitor.notifyAll();
      }
    }
  }

  /** False when the client is closing: what follows is the last drain. */
  private boolean awaitWork() throws InterruptedException {
    long deadline = System.nanoTime() + settings.flushInterval().toNanos();
    synchronized (monitor) {
      long left = deadline - System.nanoTime();
      while (!wanted && !closing && left > 0) {
        monitor.wait(left / 1_000_000 + 1);
        left = deadline - System.nanoTime();
      }
      wanted = false;
      return !closing;
    }
  }

  private void drain() throws InterruptedException {
    for (EventBatch batch = queue.take(); batch != null; batch = queue.take()) {
      deliver(batch);
      queue.settle(batch);
      synchronized (monitor) {
        monitor.notifyAll();
      }
    }
  }

  private void deliver(EventBatch batch) throws InterruptedException {
    backoff.reset();
    for (Duration wait = attempt(batch); wait != null; wait = attempt(batch)) {
      retried.incrementAndGet();
      pause(wait);
    }
  }

  /** A flush does not shorten it, or callers could defeat the backoff; closing does. */
  private void pause(Duration wait) throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    synchronized (monitor) {
      long left = wait.toNanos();
      while (left > 0) {
        long most = closing ? Math.min(left, CLOSING_PAUSE.toNanos()) : left;
        monitor.wait(most / 1_000_000 + 1);
        left = closing ? 0 : deadline - System.nanoTime();
      }
    }
  }

  /** Null when the batch is settled, else the wait before the next attempt. */
  private @Nullable Duration attempt(EventBatch batch) throws InterruptedException {
    try {
      Http.Answer answer = http.post("/api/v1/batches", batch.body(), MOST_ANSWER_BYTES);
      int status = answer.status();
      if (status >= 500 || RETRIED.contains(status)) {
        state.problem("the collector answered " + status + "; the batch is kept");
        return later(answer);
      }
      sent.incrementAndGet();
      count(batch, status, answer);
      return null;
    } catch (IOException | RuntimeException e) {
      state.problem("the collector cannot be reached: " + e.getMessage());
      return backoff.next();
    }
  }

  private Duration later(Http.Answer answer) {
    Duration wait = backoff.next();
    Duration asked = Http.retryAfter(answer, LONGEST_RETRY_AFTER);
    return asked.compareTo(wait) > 0 ? asked : wait;
  }

  private void count(EventBatch batch, int status, Http.Answer answer) {
    if (status != 200) {
      rejected.addAndGet(batch.size());
      state.problem("the collector refused a batch of " + batch.size() + " with " + status);
      return;
    }
    int refused = Math.min(batch.size(), refusedIn(answer));
    rejected.addAndGet(refused);
    accepted.addAndGet(batch.size() - refused);
    if (refused > 0) {
      state.problem("the collector rejected " + refused + " of " + batch.size() + " events");
    }
  }

  private static int refusedIn(Http.Answer answer) {
    try {
      Object tree = JsonReader.read(new String(answer.body(), StandardCharsets.UTF_8));
      return tree instanceof Map<?, ?> map && map.get("rejected") instanceof List<?> list
          ? list.size()
          : 0;
    } catch (JsonException e) {
      return 0; // 200 says that Kafka has the batch; the list is information.
    }
  }
}
