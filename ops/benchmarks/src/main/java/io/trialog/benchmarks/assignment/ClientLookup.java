package io.trialog.benchmarks.assignment;

import io.trialog.sdk.TrialogClient;
import io.trialog.sdk.TrialogClient.Offer;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The question of {@link OneExperiment} to the whole client, which records exposures: all of them
 * were before, so that each call finds its own in the memory of 65,536. Nobody takes the events.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClientLookup {
  private static final Duration NEVER = Duration.ofHours(1);

  private final Context[] contexts = Market.contexts();
  private final TrialogClient client;
  private int next;

  /** A client whose server is not there: it has the snapshot from us. */
  public ClientLookup() {
    NoteSigner signer = signer();
    client =
        TrialogClient.builder()
            .baseUrl(URI.create("http://127.0.0.1:1"))
            .token("trl_bench_none")
            .environment("production")
            .verifierKey(signer.verifierKey().toString())
            .mode(TrialogClient.Mode.POLLING)
            .pollInterval(NEVER)
            .longestBackoff(NEVER)
            .receipts(false)
            .queueCapacity(Market.USERS)
            .build();
    String note = SnapshotWriter.note(Market.apart(), signer);
    if (client.offer(note.getBytes(StandardCharsets.UTF_8), "bench") != Offer.ACCEPTED) {
      throw new IllegalStateException("the client refused the snapshot");
    }
  }

  private static NoteSigner signer() {
    try {
      return NoteSigner.generate("trialog/production");
    } catch (NoteException e) {
      throw new IllegalStateException("no key for the snapshot", e);
    }
  }

  /** Records every exposure, and lets the collector lay the users side by side. */
  @Setup
  public void exposeAll() {
    for (int i = 0; i < Market.USERS; i++) {
      variant();
    }
    long recorded = client.counters().eventsRecorded();
    if (recorded != Market.USERS) {
      throw new IllegalStateException(
          "expected " + Market.USERS + " exposures, found " + recorded + " recorded");
    }
    System.gc();
  }

  /** Stops its threads. */
  @TearDown
  public void close() {
    client.close(Duration.ZERO);
  }

  private Context user() {
    return contexts[next++ & (Market.USERS - 1)];
  }

  /** The variant alone. */
  @Benchmark
  public String variant() {
    return client.variant(Market.ASKED, user(), "control");
  }

  /** With a decision to keep. */
  @Benchmark
  public Decision evaluate() {
    return client.evaluate(Market.ASKED, user(), "control");
  }
}
