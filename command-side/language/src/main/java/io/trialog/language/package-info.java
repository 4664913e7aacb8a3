/**
 * The published language: commands, events, refusals and value types, as records on the JDK alone.
 *
 * <p>Whoever reads or writes the log speaks these words. No rule lives here beyond what makes a
 * value well formed; rules belong to the aggregates. Anyone may call.
 */
@NullMarked
package io.trialog.language;

import org.jspecify.annotations.NullMarked;
