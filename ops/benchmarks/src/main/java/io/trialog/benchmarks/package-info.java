/**
 * Measures a running platform through its public HTTP API. Lives here: the load, the clocks, the
 * report. Does not live here: anything of the platform; it is started as a process of its own.
 * Nobody may call this package but the rooms below it: its doors are the programs of {@code
 * ops/bin/bench-*}.
 */
@NullMarked
package io.trialog.benchmarks;

import org.jspecify.annotations.NullMarked;
