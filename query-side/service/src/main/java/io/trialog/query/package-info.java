/**
 * Answers by HTTP: experiments, snapshots and their stream, the audit, the way in for events, and
 * health. Each list has a limit and a cursor.
 *
 * <p>Nothing is decided or folded here: controllers read what projections wrote, and never send a
 * command. What a result means is in the room beside this one. Wired by {@link
 * io.trialog.query.QueryConfiguration}, which the applications import.
 */
@NullMarked
package io.trialog.query;

import org.jspecify.annotations.NullMarked;
