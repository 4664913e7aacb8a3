package io.trialog.measurement.stream;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many records a job has folded in this JVM, so that its launcher knows whether there is
 * anything to checkpoint. Flink makes its own copy of an operator, hence the detour by a name. In a
 * remote task manager it counts for nobody.
 */
final class Pulse {
  private static final ConcurrentMap<String, LongAdder> BY_JOB = new ConcurrentHashMap<>();

  private Pulse() {}

  static LongAdder of(String job) {
    return BY_JOB.computeIfAbsent(job, name -> new LongAdder());
  }

  static void forget(String job) {
    BY_JOB.remove(job);
  }
}
