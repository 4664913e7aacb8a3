/**
 * How exposures and outcomes come in: a batch is parsed strictly, judged item by item, written to
 * Kafka, and answered only once Kafka has it.
 *
 * <p>Not here: HTTP (the endpoint calls {@code Collector.accept}), who may send, what is folded
 * from it.
 *
 * <p>May be called by the endpoint of {@code POST /api/v1/batches}, which supplies the {@code
 * Catalogue}.
 */
@NullMarked
package io.trialog.measurement.collector;

import org.jspecify.annotations.NullMarked;
