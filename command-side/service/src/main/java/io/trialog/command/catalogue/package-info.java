/**
 * What experiments refer to: namespaces and their policies, metrics; and whether what a design
 * namesn * exists and fits.
 *
 * <p>Reads streams of the log, never a projection.
 */
@NullMarked
package io.trialog.command.catalogue;

import org.jspecify.annotations.NullMarked;
