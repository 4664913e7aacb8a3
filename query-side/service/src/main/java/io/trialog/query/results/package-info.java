/**
 * What an experiment has shown so far, as the JSON of the results contract.
 *
 * <p>Pure functions from state, sums and guardrail memory to JSON; statistics are computed when
 * asked for. Not here: HTTP, reading the stores, who may see what. Called by the results
 * controller.
 */
@NullMarked
package io.trialog.query.results;

import org.jspecify.annotations.NullMarked;
