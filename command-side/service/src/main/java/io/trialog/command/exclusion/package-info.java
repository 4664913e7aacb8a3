/**
 * Exclusion sets: who owns which slots, their reservation before a start and their release aftern *
 * the end.
 *
 * <p>Called by the command desk for each start and by its own routes and automation. What ann *
 * experiment is otherwise is decided elsewhere.
 */
@NullMarked
package io.trialog.command.exclusion;

import org.jspecify.annotations.NullMarked;
