/**
 * The Kafka room: the broker that runs inside our own JVM, and the names and settings of the
 * topics.
 *
 * <p>Not here: what is written to a topic (the collector, the stream job) or read from it (the
 * store).
 *
 * <p>May be called by everything that needs a topic name, and by the standalone application, which
 * starts the broker. A cluster installation uses only {@link io.trialog.measurement.kafka.Topics}.
 */
@NullMarked
package io.trialog.measurement.kafka;

import org.jspecify.annotations.NullMarked;
