package io.trialog.benchmarks.assignment;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.DecisionVisitor;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** All 200 experiments for one user, 65,536 users in turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AllExperiments {
  private final Snapshot apart = Market.apart();
  private final Snapshot shared = Market.shared();
  private final Context[] contexts = Market.contexts();
  private final String[] subjects = Market.subjects();
  private final BareSlot[] bare = new BareSlot[Market.EXPERIMENTS];
  private final int[] slots = new int[Market.EXPERIMENTS];
  private final @Nullable Variant[] variants = new @Nullable Variant[Market.EXPERIMENTS];
  private int next;
  private int told;
  private final DecisionVisitor visitor =
      (experiment, variant, reason, slot) -> variants[told++] = variant;

  /** All of the market's. */
  public AllExperiments() {
    for (int i = 0; i < bare.length; i++) {
      bare[i] = new BareSlot(Market.experiment(i));
    }
  }

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
  public int[] bareSlots() {
    String subject = subjects[user()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = bare[i].slot(subject);
    }
    return slots;
  }

  /** In no exclusion set. */
  @Benchmark
  public @Nullable Variant[] apart() {
    return all(apart);
  }

  /** In ten exclusion sets. */
  @Benchmark
  public @Nullable Variant[] shared() {
    return all(shared);
  }

  private @Nullable Variant[] all(Snapshot snapshot) {
    told = 0;
    Evaluator.evaluateAll(snapshot, contexts[user()], Overrides.none(), visitor);
    return variants;
  }
}
