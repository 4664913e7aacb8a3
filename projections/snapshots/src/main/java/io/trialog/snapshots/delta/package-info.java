/**
 * What has changed from one snapshot's text to another's, as the ranges to copy and the texts to
 * insert of protocol clause 10.
 *
 * <p>Pure functions of bytes. Not here: which snapshots are remembered, and how deltas travel;
 * reading a delta is the SDK's. Called by the streams of the query side.
 */
@NullMarked
package io.trialog.snapshots.delta;

import org.jspecify.annotations.NullMarked;
