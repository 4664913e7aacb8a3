package io.trialog.eventstore;

import java.time.Duration;
import java.util.Optional;

/**
 * What a caller was promised for an idempotency key: a retry within {@link #KEPT}, also after a
 * crash or on another node, gets the first answer. Later the key is free again. Thread-safe;
 * blocking.
 */
public interface IdempotentRequests {
  /** How long a promise holds, by the clock of the server. */
  Duration KEPT = Duration.ofHours(24);

  /** Metadata of an order, and of each event that has an idempotency key: what was asked for. */
  String REQUEST_DIGEST = "request_digest";

  /** The event that answered the request: its stream and sequence there. */
  record Answer(String requestDigest, String stream, long sequence) {}

  /** What was promised for the key of this actor; {@code stream} is where the order goes to. */
  Optional<Answer> find(String actor, String key, String stream);

  /**
   * Promises, as part of the running unit of work: it holds when its events are stored, and then
   * only.
   *
   * @throws AlreadyPromised when another request with the key was first
   */
  void record(String actor, String key, Answer answer);
}
