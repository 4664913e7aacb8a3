package io.trialog.command;

import io.trialog.eventstore.AlreadyPromised;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import io.trialog.language.TrialogCommand;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders to the aggregates and answers with what the log has afterwards. A retry with the
 * same idempotency key gets the first answer again, also after a crash. Thread-safe; blocking.
 */
final class CommandDesk {
  private static final long TIMEOUT_SECONDS = 10;

  private final CommandGateway gateway;
  private final EventLog log;
  private final IdempotentRequests requests;

  CommandDesk(CommandGateway gateway, EventLog log, IdempotentRequests requests) {
    this.gateway = gateway;
    this.log = log;
    this.requests = requests;
  }

  /** What an order led to. {@code status} is that of an experiment, else null. */
  record Answer(String id, long revision, long position, @Nullable String status) {}

  /**
   * Executes an order. Throws {@link Refused} when the domain says no, {@link ProblemException} on
   * a conflict.
   */
  Answer execute(TrialogCommand command, Order order) {
    Optional<Answer> promised = promised(command, order);
    if (promised.isPresent()) {
      return promised.get();
    }
    try {
      return answer(command.stream(), dispatch(command, order));
    } catch (AggregateNotFoundException e) {
      throw notFound(command.stream());
    } catch (RevisionConflict e) {
      throw new ProblemException(
          Problem.of(412, "revision_conflict", String.valueOf(e.getMessage()))
              .with("revision", Long.toString(e.found())));
    } catch (AggregateStreamCreationException | ConcurrencyException e) {
      return promised(command, order).orElseThrow(() -> overtaken(command.stream()));
    } catch (AlreadyPromised e) {
      return promised(command, order)
          .orElseThrow(() -> new IllegalStateException("a promise vanished", e));
    }
  }

  /** Whether a stream has begun. */
  boolean exists(String stream) {
    return log.eventAt(stream, 0).isPresent();
  }

  /** The namespace that an experiment was drafted in; refuses when there is none. */
  String namespaceOf(String experiment) {
    String stream = Streams.experiment(experiment);
    StoredEvent first = log.eventAt(stream, 0).orElseThrow(() -> notFound(stream));
    if (EventCodec.decode(first).event() instanceof ExperimentEvent.ExperimentDrafted drafted) {
      return drafted.design().namespace();
    }
    throw new IllegalStateException(stream + " does not begin with a draft");
  }

  private long dispatch(TrialogCommand command, Order order) {
    Object revision =
        gateway.sendAndWait(
            new GenericCommandMessage<>(command, metadata(order)),
            TIMEOUT_SECONDS,
            TimeUnit.SECONDS);
    if (revision instanceof Long number) {
      return number;
    }
    throw new IllegalStateException("no answer to an order within 10 s: " + command.stream());
  }

  private static Map<String, Object> metadata(Order order) {
    Map<String, Object> metadata =
        new HashMap<>(
            new EventMetadata(
                    order.actor(),
                    order.reason(),
                    order.correlationId(),
                    order.causationId(),
                    order.idempotencyKey(),
                    null)
                .toMap());
    if (order.ifMatch() != null) {
      metadata.put(Revisioned.IF_MATCH, order.ifMatch());
    }
    if (order.idempotencyKey() != null) {
      metadata.put(IdempotentRequests.REQUEST_DIGEST, order.requestDigest());
    }
    return metadata;
  }

  private Optional<Answer> promised(TrialogCommand command, Order order) {
    if (order.idempotencyKey() == null) {
      return Optional.empty();
    }
    return requests
        .find(order.actor().id(), order.idempotencyKey(), command.stream())
        .map(promise -> {
          if (!promise.requestDigest().equals(order.requestDigest())) {
            throw new ProblemException(
                422,
                "idempotency_key_reused",
                "The Idempotency-Key was used before for another request.");
          }
          return answer(promise.stream(), promise.sequence());
        });
  }

  private Answer answer(String stream, long revision) {
    StoredEvent stored =
        log.eventAt(stream, revision)
            .orElseThrow(() -> new IllegalStateException(stream + " has no event " + revision));
    return new Answer(
        Streams.keyOf(stream),
        revision,
        stored.position(),
        statusAfter(EventCodec.decode(stored).event()));
  }

  private static @Nullable String statusAfter(TrialogEvent event) {
    if (!(event instanceof ExperimentEvent fact)) {
      return null;
    }
    ExperimentStatus status =
        switch (fact) {
          case ExperimentEvent.ExperimentDrafted drafted -> ExperimentStatus.DRAFT;
          case ExperimentEvent.ExperimentRevised revised -> ExperimentStatus.DRAFT;
          case ExperimentEvent.ExperimentSubmitted submitted -> ExperimentStatus.IN_REVIEW;
          case ExperimentEvent.ExperimentApproved approved -> ExperimentStatus.APPROVED;
          case ExperimentEvent.ExperimentStarted started -> ExperimentStatus.RUNNING;
          case ExperimentEvent.ExperimentRamped ramped -> ExperimentStatus.RUNNING;
          case ExperimentEvent.ExperimentPaused paused -> ExperimentStatus.PAUSED;
          case ExperimentEvent.ExperimentResumed resumed -> ExperimentStatus.RUNNING;
          case ExperimentEvent.ExperimentKilled killed -> ExperimentStatus.KILLED;
          case ExperimentEvent.ExperimentConcluded concluded -> ExperimentStatus.CONCLUDED;
        };
    return status.word();
  }

  private static ProblemException overtaken(String stream) {
    return new ProblemException(
        409, "concurrent_change", stream + " was changed by another order just now.");
  }

  private static Refused notFound(String stream) {
    String kind = stream.substring(0, stream.indexOf('/'));
    return new Refused(new Refusal.NotFound(kind, Streams.keyOf(stream)));
  }
}
