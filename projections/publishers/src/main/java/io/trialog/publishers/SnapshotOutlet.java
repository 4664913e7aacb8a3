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
   * Brings the signed statements about the keys of an environment there, in their order (protocol
   * clause 12.8); called before each {@link #put}. Does nothing where put does it, and where SDKs
   * do not look for them. Idempotent. Blocks like put.
   *
   * @throws OutletException when they are not known to be there; to be called again then
   */
  default void putKeyStatements(String environment, List<String> statements) {}

  /** Lets go of connections. Idempotent, bounded in time. */
  @Override
  void close();
}
