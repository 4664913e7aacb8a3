/**
 * The stream job: exposures and outcomes of one subject become additive deltas of sums.
 *
 * <p>The arithmetic ({@code SubjectLedger}, {@code PaneDeltas}, {@code Folder}) is plain Java;
 * Flink is the shell that keys, checkpoints and commits. Not here: reading the deltas back (store).
 *
 * <p>May be called by the application that hosts the job, through {@code MeasurementJob} alone.
 */
@NullMarked
package io.trialog.measurement.stream;

import org.jspecify.annotations.NullMarked;
