package io.trialog.sdk;

import io.trialog.sdk.core.Snapshot;

/**
 * Hears what happens in a client. Called on the client's own threads, one call at a time for each
 * thread; a slow listener delays the client's next request, never an evaluation. What it throws is
 * ignored.
 */
public interface ClientListener {
  /** The state changed. */
  default void stateChanged(ClientState from, ClientState to) {}

  /** From now on this snapshot is evaluated. */
  default void snapshotAccepted(Snapshot snapshot) {}

  /** Something went wrong that the client handles; the text holds no subject and no token. */
  default void problem(String what) {}
}
