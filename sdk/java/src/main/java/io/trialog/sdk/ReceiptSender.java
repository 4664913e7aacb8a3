package io.trialog.sdk;

import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server which snapshots this client evaluates, on a thread of its own (protocol clause
 * 11), so that whoever kills an experiment learns who has stopped it. Nothing waits for it.
 *
 * <p>A message goes out soon after a snapshot with a new kill, and otherwise now and then as a sign
 * of life. One that fails is tried once more; what it named is named by the next one, as far as the
 * bound goes.
 */
final class ReceiptSender implements Runnable {
  /** Name and version as the server sees them. */
  static final String SDK = "java/0.1.0";

  static final int MOST_POSITIONS = 100;

  private static final String PATH = "/api/v1/receipts";
  private static final int MOST_ANSWER_BYTES = 65_536;
  private static final int MOST_ATTEMPTS = 2;
  private static final long LONGEST_AGO_MILLIS = Duration.ofDays(30).toMillis();
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);

  /**
   * How long messages wait; of each a random part, so that a fleet does not speak in step.
   *
   * @param first at most, after the first snapshot
   * @param kill at most, after a snapshot with a new kill
   * @param life at least, and at most a quarter longer, after the last message
   * @param retry at least, and at most twice, after a failure
   */
  record Pace(Duration first, Duration kill, Duration life, Duration retry) {
    static final Pace USUAL =
        new Pace(
            Duration.ofSeconds(2),
            Duration.ofMillis(200),
            Duration.ofSeconds(60),
            Duration.ofSeconds(1));
  }

  /** When a snapshot began to be evaluated. */
  private record Enforced(long position, long sinceNanos) {}

  private final Http http;
  private final Settings settings;
  private final Pace pace;
  private final String client = UUID.randomUUID().toString();
  private final Object monitor = new Object();
  private final Deque<Enforced> enforced = new ArrayDeque<>();
  private @Nullable Set<String> stopped;
  private long dueNanos;
  private long notBeforeNanos = System.nanoTime();
  private boolean closing;
  private int attempts;
  private boolean known;

  ReceiptSender(Http http, Settings settings, Pace pace) {
    this.http = http;
    this.settings = settings;
    this.pace = pace;
  }

  /** From now on this snapshot is evaluated. Does not block. */
  void accepted(Snapshot snapshot) {
    Set<String> now = stoppedIn(snapshot);
    synchronized (monitor) {
      // Positions go back when a key is revoked (12.6), and a message names them ascending (11.2).
      enforced.removeIf(each -> each.position() >= snapshot.position());
      enforced.addLast(new Enforced(snapshot.position(), System.nanoTime()));
      if (enforced.size() > MOST_POSITIONS) {
        enforced.removeFirst();
      }
      Set<String> before = stopped;
      if (before == null) {
        dueNanos = in(upTo(pace.first()));
      } else if (!before.containsAll(now)) {
        dueNanos = earlier(dueNanos, in(upTo(pace.kill())));
      }
      stopped = now;
      monitor.notifyAll();
    }
  }

  private static Set<String> stoppedIn(Snapshot snapshot) {
    Set<String> stopped = new HashSet<>();
    if (snapshot.killSwitch()) {
      stopped.add("environment");
    }
    for (Experiment experiment : snapshot.experiments()) {
      if (experiment.status() == Experiment.Status.KILLED) {
        stopped.add("experiment/" + experiment.key());
      }
    }
    for (Flag flag : snapshot.flags()) {
      if (flag.killed()) {
        stopped.add("flag/" + flag.key());
      }
    }
    return stopped;
  }

  /** Says that the client closes, if the server knows of it, and ends. Does not block. */
  void close() {
    synchronized (monitor) {
      closing = true;
      monitor.notifyAll();
    }
  }

  @Override
  public void run() {
    try {
      while (awaitDue()) {
        send(false);
      }
      if (known) {
        send(true);
      }
    } catch (InterruptedException e) {
      // The deadline of closing has passed: the server will count this client as silent.
      Thread.currentThread().interrupt();
    }
  }

  /** False when the client is closing. */
  private boolean awaitDue() throws InterruptedException {
    synchronized (monitor) {
      while (!closing) {
        if (stopped == null) {
          monitor.wait();
          continue;
        }
        long due = later(dueNanos, notBeforeNanos);
        long left = due - System.nanoTime();
        if (left <= 0) {
          return true;
        }
        monitor.wait(left / 1_000_000 + 1);
      }
      return false;
    }
  }

  private void send(boolean last) throws InterruptedException {
    Message message = message(last);
    try {
      Http.Answer answer = http.post(PATH, message.body(), MOST_ANSWER_BYTES);
      if (answer.status() / 100 == 2) {
        known = true;
        settled(message);
      } else {
        failed("status " + answer.status(), Http.retryAfter(answer, LONGEST_RETRY_AFTER));
      }
    } catch (IOException | RuntimeException e) {
      failed(String.valueOf(e.getMessage()), Duration.ZERO);
    }
  }

  /** What is on its way, and the newest position that it names. */
  @SuppressWarnings("ArrayRecordComponent") // Written once and never compared.
  private record Message(byte[] body, long newest) {}

  private Message message(boolean last) {
    StringJoiner positions = new StringJoiner(",", "[", "]");
    synchronized (monitor) {
      dueNanos = in(pace.life().plus(upTo(pace.life().dividedBy(4))));
      long now = System.nanoTime();
      for (Enforced each : enforced) {
        long ago = Math.min(LONGEST_AGO_MILLIS, (now - each.sinceNanos()) / 1_000_000);
        positions.add("{\"position\":" + each.position() + ",\"ago_ms\":" + ago + "}");
      }
      String body =
          "{\"client\":\"%s\",\"environment\":\"%s\",\"sdk\":\"%s\",\"enforced\":%s%s}"
              .formatted(
                  client, settings.environment(), SDK, positions, last ? ",\"closing\":true" : "");
      return new Message(body.getBytes(StandardCharsets.UTF_8), enforced.getLast().position());
    }
  }

  /** The position that is evaluated stays, because each message names it. */
  private void settled(Message message) {
    synchronized (monitor) {
      attempts = 0;
      while (enforced.size() > 1 && enforced.getFirst().position() < message.newest()) {
        enforced.removeFirst();
      }
    }
  }

  private void failed(String why, Duration retryAfter) {
    boolean givenUp;
    synchronized (monitor) {
      attempts++;
      givenUp = attempts >= MOST_ATTEMPTS;
      if (givenUp) {
        attempts = 0;
      } else {
        dueNanos = in(pace.retry().plus(upTo(pace.retry())));
      }
      notBeforeNanos = in(retryAfter);
    }
    if (givenUp) {
      tell("a receipt was given up: " + why);
    }
  }

  private void tell(String problem) {
    try {
      settings.listener().problem(problem);
    } catch (RuntimeException e) {
      // A listener is the application's code; its failure must not end the client's thread.
    }
  }

  private static Duration upTo(Duration most) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most.toNanos() + 1));
  }

  private static long in(Duration wait) {
    return System.nanoTime() + wait.toNanos();
  }

  private static long earlier(long a, long b) {
    return a - b < 0 ? a : b;
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
