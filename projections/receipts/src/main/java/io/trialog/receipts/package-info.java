/**
 * Which clients enforce a kill, since when, and which do not: what SDKs acknowledge (protocol
 * clause 11), held against the kills in the log.
 *
 * <p>Not here: routes and JSON (query side), and the kills themselves, which are made elsewhere.
 * Receipts come from outside and are no facts of the log: nothing is decided by them. Called by the
 * services' wiring and the query side.
 */
@NullMarked
package io.trialog.receipts;

import org.jspecify.annotations.NullMarked;
