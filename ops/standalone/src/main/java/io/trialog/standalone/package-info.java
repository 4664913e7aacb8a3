/**
 * All of Trialog in one JVM, on embedded parts and one data folder.
 *
 * <p>Only wiring and the life of the process live here; every rule and view comes from its own
 * module. Nothing imports this.
 */
@NullMarked
package io.trialog.standalone;

import org.jspecify.annotations.NullMarked;
