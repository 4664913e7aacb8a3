package io.trialog.command;

import io.trialog.language.Actor;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of an order: who, why, and how to recognise a retry. {@code requestDigest}
 * tells whether a retry asks for the same. {@code credential} is how the actor was recognised,
 * {@code authenticatedAt} when they last proved who they are; both null for automations.
 */
public record Order(
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
  public Order(
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

  /**
   * The circumstances of one of several orders that the same request leads to. Its idempotency key
   * follows from the request's and {@code name}, so that a retry goes on where the first ended.
   */
  public Order part(String name) {
    String key =
        idempotencyKey == null
            ? null
            : Sha256.hex((idempotencyKey + "\n" + name).getBytes(StandardCharsets.UTF_8));
    return new Order(
        actor,
        reason,
        correlationId,
        causationId,
        key,
        requestDigest,
        null,
        credential,
        authenticatedAt);
  }

  /** The same for another reason, asked by nobody twice. */
  public Order because(String otherReason) {
    return new Order(
        actor,
        otherReason,
        correlationId,
        causationId,
        null,
        requestDigest,
        null,
        credential,
        authenticatedAt);
  }
}
