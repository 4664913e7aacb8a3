/**
 * Feeds the Java SDK from Kafka: signed snapshots and kills, also while the platform is away. A
 * module of its own, so that the SDK itself needs no library. Verifies nothing: the client does.
 */
@NullMarked
package io.trialog.sdk.kafka;

import org.jspecify.annotations.NullMarked;
