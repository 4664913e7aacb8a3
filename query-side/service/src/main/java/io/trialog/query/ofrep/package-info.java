/**
 * The OpenFeature Remote Evaluation Protocol (protocol clause 14): evaluation on the server, for
 * whoever has no SDK of ours.
 *
 * <p>Not here: the rules of evaluation, which are the SDK's, and the way of events into Kafka.
 */
@NullMarked
package io.trialog.query.ofrep;

import org.jspecify.annotations.NullMarked;
