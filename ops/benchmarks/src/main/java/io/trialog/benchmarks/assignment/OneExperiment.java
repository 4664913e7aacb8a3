package io.trialog.benchmarks.assignment;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Snapshot;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One of 200 experiments, for 65,536 users in turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OneExperiment {
  private final Snapshot snapshot = Market.apart();
  private final Context[] contexts = Market.contexts();
  private final String[] subjects = Market.subjects();
  private final BareSlot bare = new BareSlot(Market.ASKED);
  private int next;

  /** Lets the collector lay the users side by side, as they were made. */
  @Setup
  public void settle() {
    System.gc();
  }

  private int user() {
    return next++ & (Market.USERS - 1);
  }

  /** What the bar is about. */
  @Benchmark
  public int bareSlot() {
    return bare.slot(subjects[user()]);
  }

  /** The same with the SDK's own remainder. */
  @Benchmark
  public int bareSlotBySum() {
    return bare.slotBySum(subjects[user()]);
  }

  /** The variant alone. */
  @Benchmark
  public String variant() {
    return Evaluator.variant(snapshot, Market.ASKED, contexts[user()], "control");
  }

  /** With a decision to keep. */
  @Benchmark
  public Decision decision() {
    return Evaluator.evaluate(snapshot, Market.ASKED, contexts[user()], "control");
  }
}
