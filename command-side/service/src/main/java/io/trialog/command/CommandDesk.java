package io.trialog.command;

import io.trialog.command.exclusion.ExclusiveStart;
import io.trialog.eventstore.AlreadyPromised;
import io.trialog.eventstore.IdempotentRequests;
import io.trialog.http.Problem;
import io.trialog.http.ProblemException;
import io.trialog.language.AccessCommand.RecordRefusal;
import io.trialog.language.EventMetadata;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import io.trialog.language.TrialogCommand;
import io.trialog.language.log.EventLog;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.AggregateStreamCreationException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes orders to the aggregates and answers with what the log has afterwards. A retry with the
 * same idempotency key gets the first answer again, also after a crash. Thread-safe; blocking.
 */
public final class CommandDesk {
  /** Metadata of a command and its events: how the actor was recognised. */
  static final String CREDENTIAL = "credential";

  /** Metadata of a command: when the actor last proved who they are, as ISO text. */
  static final String AUTHENTICATED_AT = "authenticated_at";

  private static final Logger LOG = LoggerFactory.getLogger(CommandDesk.class);
  private static final long TIMEOUT_SECONDS = 10;

  /** How often an order that names no revision is decided anew when others are faster. */
  private static final int ATTEMPTS = 12;

  private static final long PAUSE_NANOS = 4_000_000;

  private final CommandGateway gateway;
  private final EventLog log;
  private final IdempotentRequests requests;
  private final ExclusiveStart starts;

  CommandDesk(CommandGateway gateway, EventLog log, IdempotentRequests requests, Clock clock) {
    this.gateway = gateway;
    this.log = log;
    this.requests = requests;
    this.starts = new ExclusiveStart(this::decide, log, clock);
  }

  /** What an order led to. {@code status} is that of an experiment, else null. */
  public record Answer(String id, long revision, long position, @Nullable String status) {}

  /**
   * Executes an order. Throws {@link Refused} when the domain says no, {@link ProblemException} on
   * a conflict. An experiment starts together with its slots of exclusion sets.
   */
  public Answer execute(TrialogCommand command, Order order) {
    Optional<Answer> promised = promised(command.stream(), order);
    if (promised.isPresent()) {
      return promised.get();
    }
    return command instanceof StartExperiment start
        ? starts.start(start, order)
        : decide(command, order);
  }

  /** Others may be faster; an order that names no revision means whatever they left. */
  private Answer decide(TrialogCommand command, Order order) {
    int attempts = order.ifMatch() == null ? ATTEMPTS : 1;
    for (int attempt = 1; attempt < attempts; attempt++) {
      try {
        return attempt(command, order);
      } catch (Overtaken e) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(attempt * PAUSE_NANOS));
      }
    }
    try {
      return attempt(command, order);
    } catch (Overtaken e) {
      throw new ProblemException(
          409, "concurrent_change", command.stream() + " was changed by another order just now.");
    }
  }

  private Answer attempt(TrialogCommand command, Order order) throws Overtaken {
    try {
      return answer(command.stream(), dispatch(command, order));
    } catch (Refused e) {
      if (e.refusal().recorded()) {
        record(e.refusal(), command, order);
      }
      throw e;
    } catch (AggregateNotFoundException e) {
      throw notFound(command.stream());
    } catch (RevisionConflict e) {
      throw new ProblemException(
          Problem.of(412, "revision_conflict", String.valueOf(e.getMessage()))
              .with("revision", Long.toString(e.found())));
    } catch (AggregateStreamCreationException | ConcurrencyException e) {
      return promised(command.stream(), order).orElseThrow(Overtaken::new);
    } catch (AlreadyPromised e) {
      return promised(command.stream(), order)
          .orElseThrow(() -> new IllegalStateException("a promise vanished", e));
    }
  }

  /**
   * A refusal that auditors ask for is a fact of the one who was refused. One that cannot be
   * written must not turn the refusal into something else.
   */
  private void record(Refusal refusal, TrialogCommand command, Order order) {
    String actor = order.actor().id();
    String operation = command.getClass().getSimpleName();
    String stream = command.stream();
    try {
      dispatch(
          new RecordRefusal(actor, operation, namespaceIn(stream), stream, refusal.code()),
          new Order(
              order.actor(),
              order.reason(),
              order.correlationId(),
              order.causationId(),
              null,
              "",
              null,
              order.credential(),
              order.authenticatedAt()));
    } catch (RuntimeException e) {
      LOG.error("refusal {} of {} not recorded actor={}", refusal.code(), operation, actor, e);
    }
  }

  private @Nullable String namespaceIn(String stream) {
    if (stream.startsWith(Streams.namespace(""))) {
      return Streams.keyOf(stream);
    }
    return stream.startsWith(Streams.experiment("")) ? namespaceOf(Streams.keyOf(stream)) : null;
  }

  /** Whether a stream has begun. */
  public boolean exists(String stream) {
    return log.eventAt(stream, 0).isPresent();
  }

  /** The namespace that an experiment was drafted in; refuses when there is none. */
  public String namespaceOf(String experiment) {
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
    if (order.credential() != null) {
      metadata.put(CREDENTIAL, order.credential());
    }
    if (order.authenticatedAt() != null) {
      metadata.put(AUTHENTICATED_AT, order.authenticatedAt().toString());
    }
    if (order.idempotencyKey() != null) {
      metadata.put(IdempotentRequests.REQUEST_DIGEST, order.requestDigest());
    }
    return metadata;
  }

  /** What an order was answered with before, when it has an idempotency key that was used. */
  public Optional<Answer> promised(String stream, Order order) {
    if (order.idempotencyKey() == null) {
      return Optional.empty();
    }
    return requests
        .find(order.actor().id(), order.idempotencyKey(), stream)
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
    StoredEvent stored = eventAt(stream, revision);
    return new Answer(Streams.keyOf(stream), revision, stored.position(), statusAfter(stored));
  }

  /** The status of an experiment after an event: what the newest event up to it says. */
  private @Nullable String statusAfter(StoredEvent stored) {
    if (!(EventCodec.decode(stored).event() instanceof ExperimentEvent fact)
        || fact instanceof ExperimentEvent.GuardrailStateRecorded) {
      return null;
    }
    ExperimentStatus status = statusAfter(fact);
    return status == null ? statusBefore(stored) : status.word();
  }

  private @Nullable String statusBefore(StoredEvent stored) {
    List<StoredEvent> events = log.stream(stored.stream());
    for (int i = (int) stored.sequence() - 1; i >= 0; i--) {
      if (EventCodec.decode(events.get(i)).event() instanceof ExperimentEvent fact) {
        ExperimentStatus status = statusAfter(fact);
        if (status != null) {
          return status.word();
        }
      }
    }
    return null;
  }

  private StoredEvent eventAt(String stream, long sequence) {
    return log.eventAt(stream, sequence)
        .orElseThrow(() -> new IllegalStateException(stream + " has no event " + sequence));
  }

  /** What the event itself says about the status; null when it says nothing. */
  private static @Nullable ExperimentStatus statusAfter(ExperimentEvent fact) {
    return switch (fact) {
      case ExperimentEvent.ExperimentDrafted drafted -> ExperimentStatus.DRAFT;
      case ExperimentEvent.ExperimentRevised revised -> ExperimentStatus.DRAFT;
      case ExperimentEvent.ExperimentSubmitted submitted -> ExperimentStatus.IN_REVIEW;
      case ExperimentEvent.ExperimentApproved approved ->
          approved.tally() == null || approved.tally().isComplete()
              ? ExperimentStatus.APPROVED
              : null;
      case ExperimentEvent.ExperimentStarted started -> ExperimentStatus.RUNNING;
      case ExperimentEvent.ExperimentRamped ramped -> ExperimentStatus.RUNNING;
      case ExperimentEvent.ExperimentPaused paused -> ExperimentStatus.PAUSED;
      case ExperimentEvent.ExperimentResumed resumed -> ExperimentStatus.RUNNING;
      case ExperimentEvent.ExperimentKilled killed -> ExperimentStatus.KILLED;
      case ExperimentEvent.ExperimentRevived revived -> ExperimentStatus.RUNNING;
      case ExperimentEvent.ExperimentConcluded concluded -> ExperimentStatus.CONCLUDED;
      case ExperimentEvent.ExperimentArchived archived -> ExperimentStatus.ARCHIVED;
      case ExperimentEvent.ExperimentRetargeted retargeted -> null;
      case ExperimentEvent.ExperimentReallocated reallocated -> null;
      case ExperimentEvent.RampPlanned planned -> null;
      case ExperimentEvent.RampHeld held -> null;
      case ExperimentEvent.RampContinued continued -> null;
      case ExperimentEvent.ChangeProposed proposed -> null;
      case ExperimentEvent.ChangeApproved approved -> null;
      case ExperimentEvent.ChangeWithdrawn withdrawn -> null;
      case ExperimentEvent.ReviewOpened opened -> null;
      case ExperimentEvent.ReviewClosed closed -> null;
      case ExperimentEvent.ReviewOverdue overdue -> null;
      case ExperimentEvent.GuardrailStateRecorded recorded -> null;
    };
  }

  /** Another order was written to the stream first. */
  private static final class Overtaken extends Exception {
    private static final long serialVersionUID = 1L;

    Overtaken() {
      super(null, null, false, false);
    }
  }

  private static Refused notFound(String stream) {
    String kind = stream.substring(0, stream.indexOf('/'));
    return new Refused(new Refusal.NotFound(kind, Streams.keyOf(stream)));
  }
}
