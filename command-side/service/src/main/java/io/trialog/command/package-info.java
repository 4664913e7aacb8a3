/**
 * The command side: aggregates that decide, the routes that ask them, and the automations that give
 * orders by themselves.
 *
 * <p>No projection is read here: what an order refers to is looked up in the log. Nothing changes
 * but by an event.
 */
@NullMarked
package io.trialog.command;

import org.jspecify.annotations.NullMarked;
