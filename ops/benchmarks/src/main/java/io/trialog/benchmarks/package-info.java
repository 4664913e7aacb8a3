/**
 * Measures a running platform through its public HTTP API. Lives here: the load, the clocks, the
 * report. Does not live here: anything of the platform; it is started as a process of its own.
 * Nobody may call this package: it is a program, and {@link io.trialog.benchmarks.CommandLoad} is
 * its door.
 */
@NullMarked
package io.trialog.benchmarks;

import org.jspecify.annotations.NullMarked;
