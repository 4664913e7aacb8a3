package io.trialog.command;

import io.trialog.language.Streams;
import java.util.Objects;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.command.CommandHandlerInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * What all aggregates share: an identity, and orders that name the revision they were made for. The
 * revision is the sequence of the newest event of the stream; each order answers with it.
 */
public abstract class Revisioned {
  /** Metadata of an order: the revision that its sender saw. */
  static final String IF_MATCH = "if_match";

  /** Null until the first event: Axon takes any other value for the identity. */
  @AggregateIdentifier private @Nullable String stream;

  /** To be called by the handler of the first event. */
  protected final void identify(String stream) {
    this.stream = stream;
  }

  protected final String key() {
    return Streams.keyOf(Objects.requireNonNull(stream));
  }

  protected final boolean exists() {
    return stream != null;
  }

  @CommandHandlerInterceptor
  @Nullable Object answerWithRevision(CommandMessage<?> command, InterceptorChain chain)
      throws Exception {
    Object expected = command.getMetaData().get(IF_MATCH);
    if (expected instanceof Long revision && exists()) {
      long found = AggregateLifecycle.getVersion();
      if (revision != found) {
        throw new RevisionConflict(String.valueOf(stream), revision, found);
      }
    }
    chain.proceed();
    return AggregateLifecycle.getVersion();
  }
}
