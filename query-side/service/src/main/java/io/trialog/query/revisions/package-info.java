/**
 * What an experiment's design was at each of its revisions, and what changed between two of them.
 *
 * <p>Not here: routes and who may read, which is the query room, the only caller.
 */
@NullMarked
package io.trialog.query.revisions;

import org.jspecify.annotations.NullMarked;
