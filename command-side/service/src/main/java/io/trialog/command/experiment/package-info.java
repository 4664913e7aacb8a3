/**
 * One experiment, from its draft to its archive: the aggregate that decides, and its rules apart:
 * approvals, ramp plans, promotion, allocations.
 *
 * <p>No route and no store is known here. Called by Axon with orders of the language; automations
 * of experiments live here too.
 */
@NullMarked
package io.trialog.command.experiment;

import org.jspecify.annotations.NullMarked;
