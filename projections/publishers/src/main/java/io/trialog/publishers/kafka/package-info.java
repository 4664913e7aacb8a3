/**
 * The newest snapshot of each environment on a compacted Kafka topic. Kafka's client stays in this
 * room; the topic itself is made by {@link io.trialog.measurement.kafka.Topics}.
 */
@NullMarked
package io.trialog.publishers.kafka;

import org.jspecify.annotations.NullMarked;
