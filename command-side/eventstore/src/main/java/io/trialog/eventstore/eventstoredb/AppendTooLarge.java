package io.trialog.eventstore.eventstoredb;

import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** The events of one append are more than the server takes at once; nothing was stored. */
public final class AppendTooLarge extends EventStoreException {
  private static final long serialVersionUID = 1L;

  AppendTooLarge(String stream, int events, long bytes, Throwable cause) {
    super(
        "%d events of %d bytes for stream %s are more than the server takes at once: %s"
            .formatted(events, bytes, stream, cause.getMessage()),
        cause);
  }
}
