package io.trialog.benchmarks.assignment;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Snapshot;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The bare slot function and the SDK's variant in one process, a thousand calls of each in turn,
 * which take a fifth of a millisecond: what else the machine does meanwhile, it does to both. Who
 * comes first changes with every turn. Counted is the processor time of the thread, so that waiting
 * for a processor counts for neither; reading it takes less than a microsecond.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SideBySide {
  static final int CALLS = 1_024;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Snapshot snapshot = Market.apart();
  private final Context[] contexts = Market.contexts();
  private final String[] subjects = Market.subjects();
  private final BareSlot bare = new BareSlot(Market.ASKED);
  private int from;
  private boolean bareFirst;

  /** Sums over an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Nanos {
    /** Of the bare function. */
    public long bareNanos;

    /** Of the variants. */
    public long variantNanos;

    /** Of each. */
    public long calls;
  }

  /** Lets the collector lay the users side by side, as they were made. */
  @Setup
  public void settle() {
    System.gc();
  }

  /** A turn. */
  @Benchmark
  @OperationsPerInvocation(2 * CALLS)
  public void turn(Nanos nanos, Blackhole hole) {
    bareFirst = !bareFirst;
    long start = THREADS.getCurrentThreadCpuTime();
    ask(bareFirst, hole);
    long middle = THREADS.getCurrentThreadCpuTime();
    ask(!bareFirst, hole);
    long end = THREADS.getCurrentThreadCpuTime();
    nanos.bareNanos += bareFirst ? middle - start : end - middle;
    nanos.variantNanos += bareFirst ? end - middle : middle - start;
    nanos.calls += CALLS;
    from = (from + CALLS) & (Market.USERS - 1);
  }

  private void ask(boolean isBare, Blackhole hole) {
    if (isBare) {
      bareSlots(hole);
    } else {
      variants(hole);
    }
  }

  private void bareSlots(Blackhole hole) {
    for (int i = from; i < from + CALLS; i++) {
      hole.consume(bare.slot(subjects[i]));
    }
  }

  private void variants(Blackhole hole) {
    for (int i = from; i < from + CALLS; i++) {
      hole.consume(Evaluator.variant(snapshot, Market.ASKED, contexts[i], "control"));
    }
  }
}
