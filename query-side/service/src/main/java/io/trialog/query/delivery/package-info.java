/**
 * The forms in which snapshots go out, each made once however many readers there are: the bytes of
 * the note, the same compressed, the event of a stream, and deltas from what readers have.
 *
 * <p>Not here: HTTP and who may read. Called by the controllers of snapshots and their streams.
 */
@NullMarked
package io.trialog.query.delivery;

import org.jspecify.annotations.NullMarked;
