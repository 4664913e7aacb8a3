package io.trialog.publishers;

import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.snapshots.PublishedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Signed snapshots with one experiment, and waiting for what they do. */
public final class Notes {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Notes() {}

  /** What an environment serves at a position. */
  public static PublishedSnapshot of(
      String environment, long position, Experiment.Status status, NoteSigner signer) {
    Snapshot snapshot =
        Snapshot.of(environment, position, Instant.EPOCH, List.of(experiment(status)));
    return new PublishedSnapshot(
        environment, position, Instant.EPOCH, SnapshotWriter.note(snapshot, signer));
  }

  private static Experiment experiment(Experiment.Status status) {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    return Experiment.builder("checkout")
        .surface("checkout")
        .control("control")
        .variants(List.of(Variant.of("control"), Variant.of("treatment")))
        .allocation(Allocation.enrol(table, 1_000_000))
        .status(status)
        .build();
  }

  /** Looks again and again until it holds. */
  public static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + " did not happen within " + LIMIT);
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }
}
