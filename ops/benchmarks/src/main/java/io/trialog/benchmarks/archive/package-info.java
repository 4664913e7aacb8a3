/**
 * Measures the archive of snapshots on a long log: what a fold takes, what it keeps, what one
 * question takes. Lives here: the log and the report. Does not live here: any platform; the archive
 * runs in this process. Nobody may call this package: it is a program.
 */
@NullMarked
package io.trialog.benchmarks.archive;

import org.jspecify.annotations.NullMarked;
