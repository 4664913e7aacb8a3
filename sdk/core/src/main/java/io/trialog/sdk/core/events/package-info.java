/**
 * Exposures and outcomes on their way to the collector: ids, the filter that records an exposure
 * once, the bounded queue, the batches and their JSON. No network, no threads, no clock: times come
 * from the caller. Called by the transports in {@code sdk/java} and whoever replays recorded data.
 */
@NullMarked
package io.trialog.sdk.core.events;

import org.jspecify.annotations.NullMarked;
