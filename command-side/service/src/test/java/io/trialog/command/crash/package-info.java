/**
 * Kills the command side under load, again and again, and looks whether every promise was kept.
 *
 * <p>By HTTP and by the log only: nothing here knows an aggregate.
 */
@NullMarked
package io.trialog.command.crash;

import org.jspecify.annotations.NullMarked;
