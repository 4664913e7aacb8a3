package io.trialog.eventstore;

/** Another request with the same idempotency key was first; its answer is the answer. */
public final class AlreadyPromised extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AlreadyPromised(String actor, String key) {
    super("the idempotency key %s of %s is promised".formatted(key, actor));
  }
}
