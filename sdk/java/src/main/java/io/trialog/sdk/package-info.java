/**
 * The client that applications embed: it keeps the snapshot of one environment fresh over HTTP and
 * delivers exposures and outcomes. What a variant is and when an exposure counts is decided in
 * {@code io.trialog.sdk.core}; nothing here hashes or evaluates. Called by applications; it calls
 * the query side and the collector only through their published HTTP.
 */
@NullMarked
package io.trialog.sdk;

import org.jspecify.annotations.NullMarked;
