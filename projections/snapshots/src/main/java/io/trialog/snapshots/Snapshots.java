package io.trialog.snapshots;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotWriter;
import io.trialog.sdk.core.note.NoteSigner;

/**
 * From the state of everything to what one environment's SDKs need. Pure: same state, same bytes.
 */
public final class Snapshots {
  private Snapshots() {}

  /**
   * What an environment serves, in the newest format. Position and time are those of the state: of
   * the last event folded, whatever it was about.
   */
  public static Snapshot of(Directory directory, String environment) {
    Served served = new Served(directory, environment);
    return Snapshot.builder(environment, directory.position(), directory.time())
        .killSwitch(served.killSwitch())
        .experiments(served.experiments())
        .flags(served.flags())
        .holdouts(served.holdouts())
        .exclusionSets(served.exclusionSets())
        .build();
  }

  /** The snapshot as a signed note. */
  public static PublishedSnapshot sign(Directory directory, String environment, NoteSigner signer) {
    Snapshot snapshot = of(directory, environment);
    String note = SnapshotWriter.note(snapshot, signer);
    return new PublishedSnapshot(environment, snapshot.position(), snapshot.time(), note);
  }
}
