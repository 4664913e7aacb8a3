package io.trialog.command;

import io.trialog.language.Actor;
import io.trialog.language.wire.Sha256;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of an order: who, why, and how to recognise a retry. {@code requestDigest}
 * tells whether a retry asks for the same.
 */
public record Order(
    Actor actor,
    @Nullable String reason,
    String correlationId,
    @Nullable String causationId,
    @Nullable String idempotencyKey,
    String requestDigest,
    @Nullable Long ifMatch) {
  /**
   * The circumstances of one of several orders that the same request leads to. Its idempotency key
   * follows from the request's and {@code name}, so that a retry goes on where the first ended.
   */
  public Order part(String name) {
    String key =
        idempotencyKey == null
            ? null
            : Sha256.hex((idempotencyKey + "\n" + name).getBytes(StandardCharsets.UTF_8));
    return new Order(actor, reason, correlationId, causationId, key, requestDigest, null);
  }

  /** The same for another reason, asked by nobody twice. */
  public Order because(String otherReason) {
    return new Order(actor, otherReason, correlationId, causationId, null, requestDigest, null);
  }
}
