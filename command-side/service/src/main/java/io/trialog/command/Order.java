package io.trialog.command;

import io.trialog.language.Actor;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of an order: who, why, and how to recognise a retry. {@code requestDigest}
 * tells whether a retry asks for the same.
 */
record Order(
    Actor actor,
    @Nullable String reason,
    String correlationId,
    @Nullable String causationId,
    @Nullable String idempotencyKey,
    String requestDigest,
    @Nullable Long ifMatch) {}
