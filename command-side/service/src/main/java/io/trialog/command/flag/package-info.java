/**
 * Feature flags, and the rules that prerequisites obey.
 *
 * <p>Decides what a flag is; which value a subject gets is computed by whoever evaluates.
 */
@NullMarked
package io.trialog.command.flag;

import org.jspecify.annotations.NullMarked;
