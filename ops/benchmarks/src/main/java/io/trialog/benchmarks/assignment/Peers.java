package io.trialog.benchmarks.assignment;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The same questions to the SDKs of others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Peers {
  /** Whose. */
  @Param({"Unleash", "LaunchDarkly", "Optimizely"})
  public String sdk = "";

  private final String[] experiments = new String[Market.EXPERIMENTS];
  private final String[] variants = new String[Market.EXPERIMENTS];
  private @Nullable Peer peer;
  private int next;

  static Peer open(String sdk) {
    return switch (sdk) {
      case "Unleash" -> new UnleashPeer();
      case "LaunchDarkly" -> new LaunchDarklyPeer();
      case "Optimizely" -> new OptimizelyPeer();
      default -> throw new IllegalArgumentException("no such SDK: " + sdk);
    };
  }

  /** Makes users, and lets the collector lay them side by side. */
  @Setup
  public void open() {
    peer = open(sdk);
    for (int i = 0; i < experiments.length; i++) {
      experiments[i] = Market.experiment(i);
    }
    System.gc();
  }

  /** Stops its threads. */
  @TearDown
  public void close() {
    opened().close();
  }

  private Peer opened() {
    if (peer == null) {
      throw new IllegalStateException("not open");
    }
    return peer;
  }

  /** One of 200 experiments. */
  @Benchmark
  public String one() {
    return opened().variant(Market.ASKED, next++ & (Market.USERS - 1));
  }

  /** All of them, one after the other. */
  @Benchmark
  public String[] all() {
    Peer asked = opened();
    int user = next++ & (Market.USERS - 1);
    for (int i = 0; i < variants.length; i++) {
      variants[i] = asked.variant(experiments[i], user);
    }
    return variants;
  }
}
