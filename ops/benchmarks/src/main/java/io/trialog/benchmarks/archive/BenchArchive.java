package io.trialog.benchmarks.archive;

import io.trialog.benchmarks.Folders;
import io.trialog.benchmarks.Machine;
import io.trialog.benchmarks.Program;
import io.trialog.language.log.EventLog;
import io.trialog.snapshots.Archive;
import io.trialog.snapshots.History;
import io.trialog.snapshots.SnapshotKeys;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program: what the archive of snapshots takes and keeps on a long log. */
@Command(
    name = "bench-archive",
    mixinStandardHelpOptions = true,
    description = {
      "Writes a long log to disk (H2) and prints as Markdown how long a fold from its first event"
          + " takes,",
      "the heap that the archive keeps after it, and how long one question for a random past"
          + " position takes,",
      "at a tenth of the log and at all of it.",
      "Fails when the fold of 10,000 events is above the bar."
    },
    sortOptions = false)
public final class BenchArchive implements Callable<Integer> {
  private static final int WARM_FOLDS = 3;
  private static final int WARM_ASKS = 300;
  private static final int BAR_EVENTS = 10_000;

  @Option(
      names = "--events",
      defaultValue = "100000",
      description = "Of the log, 1,000 to 1,000,000 (default: ${DEFAULT-VALUE}).")
  private int events;

  @Option(
      names = "--experiments",
      defaultValue = "200",
      description = "Alive at once, so in a snapshot (default: ${DEFAULT-VALUE}).")
  private int experiments;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Folds of which the median is told (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--asks",
      defaultValue = "1000",
      description = "Questions for random positions (default: ${DEFAULT-VALUE}).")
  private int asks;

  @Option(
      names = "--bar",
      defaultValue = "1000",
      description = "Milliseconds for 10,000 events, median (default: ${DEFAULT-VALUE}).")
  private int bar;

  @Option(names = "--append", description = "Also append the report to this file.")
  private @Nullable Path append;

  @Spec private CommandSpec spec = CommandSpec.create();

  public BenchArchive() {}

  /** Exit code 1 when the bar was not met. */
  public static void main(String[] args) {
    System.exit(Program.run(new BenchArchive(), args));
  }

  /**
   * At one length of the log; times in milliseconds, what is kept in bytes.
   *
   * @param heap of the archive with its checkpoints and last answers
   * @param state of the last state alone
   */
  private record Measured(int events, double fold, long heap, long state, double p50, double p99) {}

  @Override
  public Integer call() throws IOException, SQLException {
    Program.require(spec, "--events", events, 1_000, 1_000_000);
    Program.require(spec, "--experiments", experiments, 1, 1_000);
    Program.require(spec, "--rounds", rounds, 1, 100);
    Program.require(spec, "--asks", asks, 1, 100_000);
    Program.require(spec, "--bar", bar, 1, 60_000);
    Path folder = Files.createTempDirectory("trialog-bench");
    try (LongLog log = LongLog.create(folder, experiments)) {
      SnapshotKeys keys = SnapshotKeys.open(folder.resolve("keys"));
      Measured some = measure(log, keys, events / 10);
      Measured all = measure(log, keys, events);
      String report = report(some, all);
      System.out.print(report);
      if (append != null) {
        Files.writeString(append, report, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
      return meetsBar(some) && meetsBar(all) ? 0 : 1;
    } finally {
      Folders.delete(folder);
    }
  }

  private boolean meetsBar(Measured measured) {
    boolean met = measured.events() != BAR_EVENTS || measured.fold() < bar;
    if (!met) {
      System.err.printf(
          Locale.ROOT,
          "%,d events fold in %.0f ms, the bar is %d ms%n",
          BAR_EVENTS,
          measured.fold(),
          bar);
    }
    return met;
  }

  private Measured measure(LongLog written, SnapshotKeys keys, int length) throws SQLException {
    written.growTo(length);
    EventLog log = written.log();
    double fold = fold(log, length);
    long state = weight(new Object[] {new History(log).atPosition(length)});
    Object[] kept = {new History(log)};
    long[] nanos = ask(new Archive(log, (History) kept[0], keys), length);
    return new Measured(
        length, fold, weight(kept), state, percentile(nanos, 50), percentile(nanos, 99));
  }

  /** Bytes that are free once the one element is gone. */
  private static long weight(Object[] kept) {
    long with = heap();
    kept[0] = new Object();
    return with - heap();
  }

  /** The median of folds by an archive that has kept nothing yet. */
  private double fold(EventLog log, int length) {
    long[] nanos = new long[rounds];
    for (int i = -WARM_FOLDS; i < rounds; i++) {
      long begin = System.nanoTime();
      long reached = new History(log).atPosition(length).position();
      long took = System.nanoTime() - begin;
      if (reached != length) {
        throw new IllegalStateException(
            "expected position %d, found %d".formatted(length, reached));
      }
      if (i >= 0) {
        nanos[i] = took;
      }
    }
    Arrays.sort(nanos);
    return percentile(nanos, 50);
  }

  /** Nanoseconds of each, sorted. */
  private long[] ask(Archive archive, int length) {
    archive.at("production", length);
    Random random = new Random(1);
    long[] nanos = new long[asks];
    for (int i = -Math.min(asks, WARM_ASKS); i < asks; i++) {
      long position = 1L + random.nextInt(length);
      long begin = System.nanoTime();
      long found = archive.at("production", position).orElseThrow().position();
      long took = System.nanoTime() - begin;
      if (found != position) {
        throw new IllegalStateException(
            "expected position %d, found %d".formatted(position, found));
      }
      if (i >= 0) {
        nanos[i] = took;
      }
    }
    Arrays.sort(nanos);
    return nanos;
  }

  /** Of sorted nanoseconds, in milliseconds; the nearest rank. */
  private static double percentile(long[] sorted, int percent) {
    return sorted[Math.max(1, Math.ceilDiv(sorted.length * percent, 100)) - 1] / 1e6;
  }

  /** Bytes in use after collections. */
  private static long heap() {
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private String report(Measured some, Measured all) {
    return String.format(
        Locale.ROOT,
        """

        ## The archive of snapshots, %s

        %s. `ops/bin/bench-archive --events %d --experiments %d --rounds %d --asks %d`: the log in H2 on disk, %d experiments alive at once
        and in a snapshot. A fold reads, decodes and applies every event from the first, and leaves its checkpoints; median of %d after %d. A
        question finds the state, writes the snapshot and signs it.

        | | %,d events | %,d events |
        |---|---|---|
        | fold from the first event | %.0f ms | %.0f ms |
        | heap that the archive keeps after %,d questions | %.1f MiB | %.1f MiB |
        | heap of the last state alone | %.1f MiB | %.1f MiB |
        | one question for a random past position: p50 | %.1f ms | %.1f ms |
        | p99 | %.1f ms | %.1f ms |
        """,
        LocalDate.now(ZoneOffset.UTC),
        Machine.described(),
        events,
        experiments,
        rounds,
        asks,
        experiments,
        rounds,
        WARM_FOLDS,
        some.events(),
        all.events(),
        some.fold(),
        all.fold(),
        asks,
        some.heap() / 1048576.0,
        all.heap() / 1048576.0,
        some.state() / 1048576.0,
        all.state() / 1048576.0,
        some.p50(),
        all.p50(),
        some.p99(),
        all.p99());
  }
}
