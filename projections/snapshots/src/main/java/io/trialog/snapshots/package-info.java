/**
 * The fold of the log: the current state of everything, signed snapshots of it for each
 * environment, and the thread that follows the log for every projection.
 *
 * <p>Folds are pure: same events, same bytes, on any machine. Not here: HTTP, Kafka and what else
 * carries a snapshot away. Called by the services' wiring and by other projections; nothing here
 * sends a command.
 */
@NullMarked
package io.trialog.snapshots;

import org.jspecify.annotations.NullMarked;
