/**
 * The declarative file: what a namespace should hold, compared with what the log says, as a plan
 * ofn * orders.
 *
 * <p>Gives the same orders as the routes, through the same rules and roles. Deletes nothing.
 */
@NullMarked
package io.trialog.command.desired;

import org.jspecify.annotations.NullMarked;
