package io.trialog.benchmarks;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Reason;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An SDK in a process of its own. Prints "ready", and for each experiment that it begins to answer
 * with KILLED a line of its key and the wall clock in microseconds. Ends with its standard input.
 */
public final class KillWatcher {
  private static final Context USER = Context.of("user_id", "1").with("country", "US");

  private final SdkWay way;
  private final Set<String> alive = ConcurrentHashMap.newKeySet();

  private KillWatcher(SdkWay way) {
    this.way = way;
  }

  /** Arguments: sse, address, token; or kafka, bootstrap, verifier key; then prefix and count. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (SdkWay way =
        args[0].equals("sse")
            ? new SseWay(URI.create(args[1]), args[2])
            : new KafkaWay(args[1], args[2])) {
      KillWatcher watcher = new KillWatcher(way);
      for (int i = 0; i < Integer.parseInt(args[4]); i++) {
        watcher.alive.add(args[3] + i);
      }
      way.open(watcher::look);
      System.out.println("ready");
      while (System.in.read() >= 0) {
        // Whoever started this process has more to say; it is not about us.
      }
    }
  }

  static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private void look() {
    for (String experiment : List.copyOf(alive)) {
      if (way.peek(experiment, USER).reason() == Reason.KILLED) {
        long now = micros();
        alive.remove(experiment);
        System.out.println(experiment + " " + now);
      }
    }
  }
}
