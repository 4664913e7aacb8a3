package io.trialog.command;

import io.trialog.language.Actor;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of an order: who, why, and how to recognise a retry. {@code requestDigest}
 * tells whether a retry asks for the same. {@code credential} is how the actor was recognised,
 * {@code authenticatedAt} when they last proved who they are; both null for automations.
 */
record Order(
    Actor actor,
    @Nullable String reason,
    String correlationId,
    @Nullable String causationId,
    @Nullable String idempotencyKey,
    String requestDigest,
    @Nullable Long ifMatch,
    @Nullable String credential,
    @Nullable Instant authenticatedAt) {
  /** An order of a rule of the platform itself. */
  Order(
      Actor actor,
      @Nullable String reason,
      String correlationId,
      @Nullable String causationId,
      @Nullable String idempotencyKey,
      String requestDigest,
      @Nullable Long ifMatch) {
    this(
        actor,
        reason,
        correlationId,
        causationId,
        idempotencyKey,
        requestDigest,
        ifMatch,
        null,
        null);
  }
}
