package io.trialog.sdk;

import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotRefusedException;

/**
 * Hears what happens in a client. Called on the client's own threads, and on those that offer
 * notes, one call at a time for each thread; a slow listener delays the client's next request,
 * never an evaluation. What it throws is ignored.
 */
public interface ClientListener {
  /** The state changed. */
  default void stateChanged(ClientState from, ClientState to) {}

  /** From now on this snapshot is evaluated. */
  default void snapshotAccepted(Snapshot snapshot) {}

  /**
   * A snapshot was refused; the one before stays. A {@link #problem} says it in words too.
   *
   * @param origin by which way it came: {@code http}, {@code stream}, {@code files}, {@code disk},
   *     or what {@link TrialogClient#offer} was told, such as {@code kafka}
   */
  default void snapshotRefused(String origin, SnapshotRefusedException.Reason reason) {}

  /** Something went wrong that the client handles; the text holds no subject and no token. */
  default void problem(String what) {}
}
