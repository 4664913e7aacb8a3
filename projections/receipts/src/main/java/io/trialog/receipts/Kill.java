package io.trialog.receipts;

import io.trialog.snapshots.EventReference;
import org.jspecify.annotations.Nullable;

/**
 * A kill in the log.
 *
 * @param key an experiment's key, {@code flag/key}, or {@code environment/key} for all experiments
 *     of one
 * @param ended the event that took it back; absent while it holds
 */
public record Kill(
    String key, String environment, EventReference event, @Nullable EventReference ended) {

  /** What the kill of a flag is found by. */
  public static String flag(String flag) {
    return "flag/" + flag;
  }

  /** What the kill of all experiments of an environment is found by. */
  public static String environment(String environment) {
    return "environment/" + environment;
  }

  /** Its place in the log: a client that enforces this or a later one enforces the kill. */
  public long position() {
    return event.position();
  }

  long killedMillis() {
    return event.time().toEpochMilli();
  }

  Kill endedBy(EventReference by) {
    return new Kill(key, environment, event, by);
  }
}
