/**
 * What happened, by whom, why, and what it changed: the searchable trail of all events, and the
 * answer to what a subject got at an instant.
 *
 * <p>The trail is a convenience made from the log; what proves anything is the log. The proofs and
 * exports are elsewhere, and so is HTTP. Search engines live in rooms of their names. Called by the
 * services' wiring and by the query side, which only reads.
 */
@NullMarked
package io.trialog.audittrail;

import org.jspecify.annotations.NullMarked;
