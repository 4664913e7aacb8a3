/**
 * Environments and their kill switch.
 *
 * <p>Orders by its own routes; the first two environments are opened at the first start of a
 * platform.
 */
@NullMarked
package io.trialog.command.environment;

import org.jspecify.annotations.NullMarked;
