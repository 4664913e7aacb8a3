/**
 * Whom an experiment or a flag's rule is for: conditions on typed attributes, joined by all, any
 * and not, and the precedence of versions. Everything is compiled when it is made, so that asking
 * allocates nothing. The snapshot model uses it; it knows nothing of experiments.
 */
@NullMarked
package io.trialog.sdk.core.targeting;

import org.jspecify.annotations.NullMarked;
