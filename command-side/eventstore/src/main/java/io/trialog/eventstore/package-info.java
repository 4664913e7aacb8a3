/**
 * The event store: Axon's storage engine on JDBC, its JSON serializer, and the log read in order.
 *
 * <p>Aggregates write through Axon; projections read through {@code EventLog}. No rule of the
 * domain lives here, and no Spring context.
 */
@NullMarked
package io.trialog.eventstore;

import org.jspecify.annotations.NullMarked;
