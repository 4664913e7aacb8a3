/**
 * Carries the newest signed snapshots to places from which SDKs can have them without asking the
 * platform: a Kafka topic, Redis, files for a CDN.
 *
 * <p>What every place has in common lives here, in {@link io.trialog.publishers.Courier}; each
 * technology has a room of its own below. Nothing here folds or signs a snapshot. The projections'
 * service wires it.
 */
@NullMarked
package io.trialog.publishers;

import org.jspecify.annotations.NullMarked;
