/**
 * The event store on EventStoreDB (KurrentDB): one stream for each aggregate, positions of the
 * server's own log.
 *
 * <p>Whoever opens it gets an {@code EventStore} and needs nothing else from here but the names of
 * its failures. The client's classes stay in this room.
 */
@NullMarked
package io.trialog.eventstore.eventstoredb;

import org.jspecify.annotations.NullMarked;
