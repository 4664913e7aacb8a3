/**
 * One experiment, from its draft to its archive: the aggregate that decides, and its rules apart:
 * approvals, ramp plans, promotion, allocations.
 *
 * <p>The aggregate is called by Axon with orders of the language and knows no store; the routes of
 * its changes and the automations of experiments live here too.
 */
@NullMarked
package io.trialog.command.experiment;

import org.jspecify.annotations.NullMarked;
