/**
 * Assignment, as every SDK and the auditor compute it: slot arithmetic, the snapshot model with its
 * reader and canonical writer, and the evaluator. No I/O, no threads, no clock, no dependency
 * beside the JDK; Java 11 and Android-safe. Transports live in {@code sdk/java}. Anybody may call
 * it: SDKs, aggregates (slots only), the snapshot fold, the as-of answer. The clauses are numbered
 * in {@code sdk/protocol.md}.
 */
@NullMarked
package io.trialog.sdk.core;

import org.jspecify.annotations.NullMarked;
