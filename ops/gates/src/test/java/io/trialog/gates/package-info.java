/**
 * Rules of the whole house, checked last: who may import whom, no test skipped, one format.
 *
 * <p>Nothing runs here but tests.
 */
@NullMarked
package io.trialog.gates;

import org.jspecify.annotations.NullMarked;
