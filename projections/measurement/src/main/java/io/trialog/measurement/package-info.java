/**
 * The words of measurement: an exposure, an outcome, a cell of sums, and how each is written as
 * JSON on its topic.
 *
 * <p>Not here: how events come in (collector), how they become sums (stream), where sums are kept
 * (store). Nothing in this package touches Kafka, Flink or a database.
 *
 * <p>May be called by every room of this module, by guardrails and by the query side.
 */
@NullMarked
package io.trialog.measurement;

import org.jspecify.annotations.NullMarked;
