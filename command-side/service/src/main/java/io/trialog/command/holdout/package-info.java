/**
 * Holdouts: subjects kept out of the experiments of a scope.
 *
 * <p>Decides whether one exists and has ended; who is in it is computed by whoever evaluates.
 */
@NullMarked
package io.trialog.command.holdout;

import org.jspecify.annotations.NullMarked;
