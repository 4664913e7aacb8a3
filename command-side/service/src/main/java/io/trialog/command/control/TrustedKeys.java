package io.trialog.command.control;

import io.trialog.sdk.core.note.VerifierKey;
import java.util.Optional;

/** Whose control messages are followed. Comes from the operator, never from a message. */
@FunctionalInterface
public interface TrustedKeys {
  /** The key of an environment's guardrails; empty when there is none. Any thread. */
  Optional<VerifierKey> of(String environment);
}
