/**
 * What experiments refer to, as it stands: namespaces and their policies, metrics, environments,
 * exclusion sets and what is free of them, holdouts, flags.
 *
 * <p>Not here: experiments themselves, which are the query room's. Nothing here changes anything.
 */
@NullMarked
package io.trialog.query.catalogue;

import org.jspecify.annotations.NullMarked;
