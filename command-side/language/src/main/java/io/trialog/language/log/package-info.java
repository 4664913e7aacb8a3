/**
 * Reading the log in order: stored events, their decoded form, and the port that delivers them.
 *
 * <p>Positions are those of the event store; order of positions is order of commits. Writing
 * happens through commands only, never here. Projections call this.
 */
@NullMarked
package io.trialog.language.log;

import org.jspecify.annotations.NullMarked;
