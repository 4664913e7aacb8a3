/**
 * What an assignment costs, by JMH: beside a bare slot function, and beside the SDKs of others. No
 * platform runs. Started by ops/bin/bench-assignment.
 */
@NullMarked
package io.trialog.benchmarks.assignment;

import org.jspecify.annotations.NullMarked;
