package io.trialog.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** How long each command took, from the sender's side. Thread-safe. */
final class Latencies {
  private final ConcurrentMap<String, List<Long>> nanos = new ConcurrentHashMap<>();
  private final Collection<String> failures = new CopyOnWriteArrayList<>();

  /** Of the commands of one name: how many, and the times in milliseconds. */
  record Line(String command, int count, double p50, double p99, double most) {}

  void acknowledged(String command, long nanos) {
    this.nanos.computeIfAbsent(command, name -> new CopyOnWriteArrayList<>()).add(nanos);
  }

  void failed(String what) {
    failures.add(what);
  }

  Collection<String> failures() {
    return failures;
  }

  /** One line a command, and the last of all together. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    List<Long> all = new ArrayList<>();
    SequencedMap<String, List<Long>> sorted = new TreeMap<>(nanos);
    sorted.forEach((command, times) -> {
      lines.add(line(command, times));
      all.addAll(times);
    });
    lines.add(line("all", all));
    return lines;
  }

  private static Line line(String command, List<Long> times) {
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Line(
        command,
        sorted.length,
        percentile(sorted, 50),
        percentile(sorted, 99),
        percentile(sorted, 100));
  }

  /** The nearest rank: the smallest time that so many percent do not exceed. */
  static double percentile(long[] sorted, int percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = Math.max(1, Math.ceilDiv(sorted.length * percent, 100));
    return sorted[rank - 1] / 1e6;
  }
}
