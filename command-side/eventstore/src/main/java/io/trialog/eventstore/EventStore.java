package io.trialog.eventstore;

import io.trialog.language.log.EventLog;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;

/**
 * One log, opened: what the command side needs of it, whichever engine keeps it. Its parts are
 * thread-safe and belong together; none of them works once it was closed.
 *
 * @param identity the kind of engine and a name that no other log has, {@code h2:3f0c…}; the same
 *     at every opening
 * @param transactions those that events and promises share; does nothing where the engine has none
 * @param onClose ends what was opened for this store, and only that
 */
public record EventStore(
    String identity,
    EventStorageEngine engine,
    TransactionManager transactions,
    EventLog log,
    IdempotentRequests requests,
    Runnable onClose)
    implements AutoCloseable {

  @Override
  public void close() {
    onClose.run();
  }
}
