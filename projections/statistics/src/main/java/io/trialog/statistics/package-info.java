/**
 * The one method set for decisions: lift with interval, sample ratio mismatch, guardrail
 * e-processes.
 *
 * <p>Everything is a pure function of sufficient statistics (counts and sums); nothing here reads a
 * clock, a stream or a store, keeps state or draws random numbers. All arithmetic goes through
 * {@link StrictMath}, so that an auditor on another machine recomputes the same bits.
 *
 * <p>Not here: what is measured, when it is looked at, and what a verdict causes. Results and
 * guardrails call this package; it depends on the JDK alone.
 */
@NullMarked
package io.trialog.statistics;

import org.jspecify.annotations.NullMarked;
