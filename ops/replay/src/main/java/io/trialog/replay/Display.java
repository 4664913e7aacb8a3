package io.trialog.replay;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * Tells the person what happens, on standard error: a bar that redraws itself on a terminal,
 * otherwise a line every few seconds. Thread-safe.
 */
final class Display {

  private static final Duration REDRAW = Duration.ofMillis(200);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final int BAR_CELLS = 24;
  private static final String CLEAR = "\r\u001B[K";

  private final PrintStream err;
  private final boolean terminal;
  private final Waits waits;
  private Instant started;
  private long firstRow;
  private Instant lastShown = Instant.MIN;
  private boolean barShown;

  Display(PrintStream err, boolean terminal, Waits waits) {
    this.err = err;
    this.terminal = terminal;
    this.waits = waits;
    started = waits.now();
  }

  /** For messages of the option parser. */
  PrintWriter writer() {
    return new PrintWriter(err, true, err.charset());
  }

  /** A line that stays. */
  synchronized void note(String line) {
    clearBar();
    err.println(line);
    err.flush();
  }

  /** Sending begins after {@code row} rows that an earlier run sent. */
  synchronized void startAt(long row) {
    firstRow = row;
    started = waits.now();
    lastShown = started;
  }

  synchronized void progress(long row, long rows) {
    Instant now = waits.now();
    if (Duration.between(lastShown, now).compareTo(terminal ? REDRAW : LINE_EVERY) < 0) {
      return;
    }
    lastShown = now;
    show(line(row, rows, Duration.between(started, now)));
  }

  /** A state that lasts, such as waiting for the platform: redrawn on a terminal. */
  synchronized void state(String line) {
    show(line);
    lastShown = waits.now();
  }

  /** Waiting for the platform to fold what it has acknowledged. */
  synchronized void foldingProgress(Map<String, Long> folded, Map<String, Long> receipt) {
    if (Duration.between(lastShown, waits.now()).compareTo(terminal ? REDRAW : LINE_EVERY) < 0) {
      return;
    }
    long all = receipt.values().stream().mapToLong(Long::longValue).sum();
    long open =
        receipt.entrySet().stream()
            .mapToLong(mark -> mark.getValue() - folded.getOrDefault(mark.getKey(), 0L))
            .map(missing -> Math.max(0, missing))
            .sum();
    state("sent; the platform has folded %,d of %,d records".formatted(all - open, all));
  }

  synchronized void clearBar() {
    if (barShown) {
      err.print(CLEAR);
      err.flush();
      barShown = false;
    }
  }

  private void show(String line) {
    if (terminal) {
      err.print(CLEAR + line);
      barShown = true;
    } else {
      err.println(line);
    }
    err.flush();
  }

  private String line(long row, long rows, Duration spent) {
    double seconds = Math.max(0.001, spent.toNanos() / 1e9);
    double rowsPerSecond = (row - firstRow) / seconds;
    String left =
        rowsPerSecond > 0 ? clock((long) Math.ceil((rows - row) / rowsPerSecond)) : "unknown";
    String counts =
        String.format(
            Locale.ROOT, "%,d of %,d rows, %,.0f rows/s, %s left", row, rows, rowsPerSecond, left);
    return terminal ? bar(row, rows) + " " + counts : counts;
  }

  private static String bar(long row, long rows) {
    int full = (int) (BAR_CELLS * row / Math.max(1, rows));
    int percent = (int) (100 * row / Math.max(1, rows));
    return "[%s%s] %3d%%".formatted("#".repeat(full), ".".repeat(BAR_CELLS - full), percent);
  }

  private static String clock(long seconds) {
    return seconds < 3600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
