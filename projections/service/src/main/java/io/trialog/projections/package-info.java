/**
 * Hosts the projections: follows the log for all of them, runs what needs Kafka once Kafka is up,
 * and says how each part is doing.
 *
 * <p>No fold, no statistics and no route live here; they are in the rooms that this one wires. The
 * query side and the applications call this; nothing here sends a command.
 */
@NullMarked
package io.trialog.projections;

import org.jspecify.annotations.NullMarked;
