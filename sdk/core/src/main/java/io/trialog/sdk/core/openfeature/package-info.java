/**
 * What OpenFeature sees of decisions: its reasons, its one targeting key, values instead of
 * variants (protocol clause 14). For providers and for the server's OFREP routes; depends on no
 * OpenFeature library.
 *
 * <p>Not here: evaluation itself, which is the room above.
 */
@NullMarked
package io.trialog.sdk.core.openfeature;

import org.jspecify.annotations.NullMarked;
