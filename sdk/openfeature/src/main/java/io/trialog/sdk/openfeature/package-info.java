/**
 * The client as a provider of OpenFeature (protocol clause 14): its lifecycle and events, typed
 * values, tracking.
 *
 * <p>Not here: evaluation and transport, which are the client's.
 */
@NullMarked
package io.trialog.sdk.openfeature;

import org.jspecify.annotations.NullMarked;
