/**
 * Sends a finished experiment, kept in a CSV file, through the public HTTP API of a running
 * platform and prints the results that the platform computes. Lives here: reading the file, stable
 * event ids, delivery with resumption, the report. Does not live here: any statistic; every number
 * but row counts comes from the platform. Nobody may call this package: it is a program, and {@link
 * io.trialog.replay.Replay} is its door.
 */
@NullMarked
package io.trialog.replay;

import org.jspecify.annotations.NullMarked;
