/**
 * Watches running experiments: looks at each guardrail whenever sums change, remembers what must
 * outlive a restart, and gives each verdict once.
 *
 * <p>Not here: the statistics themselves (statistics), where sums come from (measurement), and what
 * follows from a verdict, which is for the command side to decide. Called by the services' wiring;
 * the query side uses the evaluator and the ledger to show what the watch sees.
 */
@NullMarked
package io.trialog.guardrails;

import org.jspecify.annotations.NullMarked;
