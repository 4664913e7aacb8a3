package io.trialog.query.ofrep;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.snapshots.PublishedSnapshot;
import io.trialog.snapshots.SnapshotPublisher;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest snapshot of each environment, read once. It is the very text that SDKs get, so that a
 * server and an SDK at one position answer alike. Any thread.
 */
final class NewestSnapshots {
  private final SnapshotPublisher publisher;
  private final Map<String, Snapshot> read = new ConcurrentHashMap<>();

  NewestSnapshots(SnapshotPublisher publisher) {
    this.publisher = publisher;
  }

  /** Whether there are snapshots at all. */
  boolean isReady() {
    return publisher.isReady();
  }

  /** The newest snapshot; empty for an environment that does not exist. */
  Optional<Snapshot> newest(String environment) {
    return publisher.newest(environment).map(this::read);
  }

  private Snapshot read(PublishedSnapshot published) {
    Snapshot known = read.get(published.environment());
    return known != null && known.position() >= published.position()
        ? known
        : read.compute(
            published.environment(),
            (environment, other) ->
                other != null && other.position() >= published.position()
                    ? other
                    : parse(published));
  }

  private static Snapshot parse(PublishedSnapshot published) {
    try {
      return SnapshotReader.parse(published.note().substring(0, published.note().indexOf('\n')));
    } catch (SnapshotRefusedException e) {
      throw new IllegalStateException(
          "the snapshot of %s at %d that was published here cannot be read"
              .formatted(published.environment(), published.position()),
          e);
    }
  }
}
