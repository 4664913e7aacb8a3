/**
 * Where sums are kept and asked for: the port {@code MetricsStore}, its SQL form, and the consumer
 * that adds what the stream job emits.
 *
 * <p>Not here: what the sums mean (statistics, guardrails) and how they come about (stream).
 *
 * <p>May be called by guardrails and the query side; only {@code PanesConsumer} adds.
 */
@NullMarked
package io.trialog.measurement.store;

import org.jspecify.annotations.NullMarked;
