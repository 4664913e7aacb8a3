package io.trialog.publishers;

import io.trialog.snapshots.PublishedSnapshot;
import java.util.List;

/** A place from which SDKs take snapshots. {@link Courier} calls it from one thread at a time. */
public interface SnapshotOutlet extends AutoCloseable {
  /** A short stable name in snake_case, for status and counters. */
  String name();

  /**
   * Brings the snapshot there, unless the place has a newer one of its environment. Idempotent.
   * Blocks, at most about ten seconds.
   *
   * @throws OutletException when it is not known to be there; to be called again then
   */
  void put(PublishedSnapshot newest);

  /**
   * Brings the signed statements about the keys of an environment there, in their order, if SDKs
   * look for them there (protocol clause 12.8). Comes before the first snapshot, and before those
   * that keys of new statements sign. Idempotent. Blocks like {@link #put}.
   *
   * @throws OutletException when they are not known to be there; to be called again then
   */
  default void putKeyStatements(String environment, List<String> statements) {
    // An outlet whose readers hear of keys elsewhere has no place for them.
  }

  /** Lets go of connections. Idempotent, bounded in time. */
  @Override
  void close();
}
