package io.trialog.eventstore.eventstoredb;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kurrent.dbclient.AppendToStreamOptions;
import io.kurrent.dbclient.ConnectionShutdownException;
import io.kurrent.dbclient.EventData;
import io.kurrent.dbclient.KurrentDBClient;
import io.kurrent.dbclient.KurrentDBClientSettings;
import io.kurrent.dbclient.NoClusterNodeFoundException;
import io.kurrent.dbclient.NodePreference;
import io.kurrent.dbclient.NotLeaderException;
import io.kurrent.dbclient.Position;
import io.kurrent.dbclient.ReadAllOptions;
import io.kurrent.dbclient.ReadResult;
import io.kurrent.dbclient.ReadStreamOptions;
import io.kurrent.dbclient.RecordedEvent;
import io.kurrent.dbclient.ResolvedEvent;
import io.kurrent.dbclient.StreamMetadata;
import io.kurrent.dbclient.StreamNotFoundException;
import io.kurrent.dbclient.StreamState;
import io.kurrent.dbclient.WrongExpectedVersionException;
import io.trialog.language.log.LogUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of the server, each with a deadline. Thread-safe; blocking.
 *
 * <p>What fails in passing (no answer in time, no connection, no leader) is tried again, at most
 * {@value #ATTEMPTS} times and within three deadlines; after that it is {@link LogUnavailable}.
 * That is safe for reads, and for appends because each says which revision it expects and carries
 * the ids of its events: what the server already has is not stored again.
 *
 * <p>The client closes itself for good when it finds no node for a while; then the next call makes
 * a new one.
 */
final class Calls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);
  private static final int ATTEMPTS = 10;
  private static final int BUDGET_IN_DEADLINES = 3;
  private static final long PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 800;
  private static final Set<Status.Code> IN_PASSING =
      Set.of(
          Status.Code.UNAVAILABLE,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.ABORTED,
          Status.Code.CANCELLED,
          Status.Code.INTERNAL);
  private static final String NO_LEADER = "No leader info available";
  private static final Metadata.Key<String> REASON =
      Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER);

  private final KurrentDBClientSettings settings;
  private final Duration deadline;
  private final boolean onlyLeader;
  private KurrentDBClient client;
  private boolean closed;

  Calls(EventStoreDbSettings settings) {
    this.settings = settings.client();
    this.deadline = settings.deadline();
    this.onlyLeader = this.settings.getNodePreference() == NodePreference.LEADER;
    this.client = KurrentDBClient.create(this.settings);
  }

  /** Up to {@code limit} events from {@code from} on, that one included; empty: no such stream. */
  List<RecordedEvent> readStream(String stream, long from, int limit) {
    return readStream(
        stream, ReadStreamOptions.get().forwards().fromRevision(from).maxCount(limit));
  }

  /** Up to {@code limit} events, the newest first. */
  List<RecordedEvent> readStreamBackwards(String stream, int limit) {
    return readStream(stream, ReadStreamOptions.get().backwards().fromEnd().maxCount(limit));
  }

  private List<RecordedEvent> readStream(String stream, ReadStreamOptions options) {
    options.deadline(deadline.toMillis());
    options.requiresLeader(onlyLeader);
    try {
      return events(call("read stream " + stream, node -> node.readStream(stream, options)));
    } catch (StreamNotFoundException e) {
      return List.of();
    }
  }

  /** Up to {@code limit} records of the whole log from {@code position} on, included; 0: start. */
  List<RecordedEvent> readAll(long position, int limit) {
    ReadAllOptions options = ReadAllOptions.get().forwards().maxCount(limit);
    return readAll(position == 0 ? options.fromStart() : options.fromPosition(at(position)));
  }

  /** Up to {@code limit} records before {@code position}, newest first; the largest: the end. */
  List<RecordedEvent> readAllBackwards(long position, int limit) {
    ReadAllOptions options = ReadAllOptions.get().backwards().maxCount(limit);
    return readAll(
        position == Long.MAX_VALUE ? options.fromEnd() : options.fromPosition(at(position)));
  }

  private List<RecordedEvent> readAll(ReadAllOptions options) {
    options.deadline(deadline.toMillis());
    options.requiresLeader(onlyLeader);
    return events(call("read the log", node -> node.readAll(options)));
  }

  /**
   * Stores the events behind revision {@code first - 1}, once.
   *
   * @throws WrongExpectedVersionException when the stream has something else there
   */
  void append(String stream, long first, List<EventData> events) {
    StreamState expected =
        first == 0 ? StreamState.noStream() : StreamState.streamRevision(first - 1);
    AtomicInteger attempts = new AtomicInteger();
    try {
      append(stream, expected, events, attempts);
    } catch (WrongExpectedVersionException e) {
      // An attempt without an answer may have stored them; then the stream has our ids.
      if (attempts.get() == 1 || !has(stream, first, events)) {
        throw e;
      }
    }
  }

  /** Stores the events at the end of the stream, whatever is there. */
  void append(String stream, List<EventData> events) {
    append(stream, StreamState.any(), events, new AtomicInteger());
  }

  private void append(
      String stream, StreamState expected, List<EventData> events, AtomicInteger attempts) {
    AppendToStreamOptions options =
        AppendToStreamOptions.get().streamState(expected).deadline(deadline.toMillis());
    options.requiresLeader(onlyLeader);
    try {
      call(
          "append to stream " + stream,
          node -> {
            attempts.incrementAndGet();
            return node.appendToStream(stream, options, events.iterator());
          });
    } catch (StatusRuntimeException e) {
      if (tooLarge(e)) {
        throw new AppendTooLarge(stream, events.size(), bytes(events), e);
      }
      throw e;
    }
  }

  /** Lets the server forget all but the newest events of a stream. */
  void keepNewest(String stream, long count) {
    StreamMetadata metadata = new StreamMetadata();
    metadata.setMaxCount(count);
    AppendToStreamOptions options = AppendToStreamOptions.get().deadline(deadline.toMillis());
    call("describe stream " + stream, node -> node.setStreamMetadata(stream, options, metadata));
  }

  /** Does not wait for the client, which closes its connection by itself. */
  @Override
  public synchronized void close() {
    closed = true;
    var _ = client.shutdown();
  }

  private <T> T call(String what, Function<KurrentDBClient, CompletableFuture<T>> call) {
    long end = System.nanoTime() + deadline.multipliedBy(BUDGET_IN_DEADLINES).toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        return once(what, call, Math.min(deadline.toNanos(), end - System.nanoTime()));
      } catch (InPassing e) {
        Throwable cause = Objects.requireNonNull(e.getCause());
        long pause = Math.min(PAUSE_MILLIS << (attempt - 1), LONGEST_PAUSE_MILLIS);
        if (attempt == ATTEMPTS || System.nanoTime() + pause * 1_000_000 >= end) {
          throw new LogUnavailable(
              "EventStoreDB is away: could not %s in %d attempts: %s"
                  .formatted(what, attempt, cause),
              cause);
        }
        LOG.warn("attempt {} to {} failed and is repeated: {}", attempt, what, cause.toString());
        pause(what, pause);
      }
    }
  }

  private <T> T once(
      String what, Function<KurrentDBClient, CompletableFuture<T>> call, long nanos) {
    CompletableFuture<T> answer = asked(what, call);
    try {
      return answer.get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new InPassing(e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw interrupted(what, e);
    } catch (ExecutionException e) {
      Throwable cause = cause(e);
      if (inPassing(cause)) {
        throw new InPassing(cause);
      }
      throw cause instanceof RuntimeException known ? known : new EventStoreException(what, cause);
    }
  }

  private <T> CompletableFuture<T> asked(
      String what, Function<KurrentDBClient, CompletableFuture<T>> call) {
    try {
      return call.apply(client());
    } catch (RuntimeException e) {
      // The client wraps the interruption of the asking thread, and clears its flag.
      if (e.getCause() instanceof InterruptedException interruption) {
        throw interrupted(what, interruption);
      }
      throw e;
    }
  }

  private synchronized KurrentDBClient client() {
    if (closed) {
      throw new IllegalStateException("the event store is closed");
    }
    if (client.isShutdown()) {
      LOG.warn("the connection to EventStoreDB was given up; making a new one");
      client = KurrentDBClient.create(settings);
    }
    return client;
  }

  private static boolean inPassing(Throwable cause) {
    return cause instanceof NotLeaderException
        || cause instanceof NoClusterNodeFoundException
        || cause instanceof ConnectionShutdownException
        || (cause instanceof StatusRuntimeException status && inPassing(status.getStatus()));
  }

  /** A node that lost its leader says so in words only. */
  private static boolean inPassing(Status status) {
    return IN_PASSING.contains(status.getCode())
        || (status.getCode() == Status.Code.UNKNOWN
            && String.valueOf(status.getDescription()).startsWith(NO_LEADER));
  }

  /** The client hands failures on in one or two wrappings. */
  private static Throwable cause(ExecutionException failure) {
    Throwable cause = failure;
    for (Throwable next = failure.getCause(); next != null; next = next.getCause()) {
      cause = next;
      if (inPassing(next) || next instanceof StatusRuntimeException) {
        return next;
      }
    }
    return cause;
  }

  private static boolean tooLarge(StatusRuntimeException failure) {
    Metadata trailers = failure.getTrailers();
    return failure.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
        || (trailers != null && "maximum-append-size-exceeded".equals(trailers.get(REASON)));
  }

  private static long bytes(List<EventData> events) {
    return events.stream()
        .mapToLong(event -> (long) event.getEventData().length + event.getUserMetadata().length)
        .sum();
  }

  private boolean has(String stream, long first, List<EventData> events) {
    List<UUID> ours = events.stream().map(EventData::getEventId).toList();
    return ours.equals(
        readStream(stream, first, events.size()).stream().map(RecordedEvent::getEventId).toList());
  }

  private static Position at(long position) {
    return new Position(position, position);
  }

  private static List<RecordedEvent> events(ReadResult result) {
    return result.getEvents().stream()
        .map(ResolvedEvent::getEvent)
        .filter(Objects::nonNull)
        .toList();
  }

  private static void pause(String what, long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private static LogUnavailable interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new LogUnavailable(
        "interrupted while trying to " + what + "; it is open whether it took effect", cause);
  }

  /** A failure that another attempt may heal. */
  private static final class InPassing extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InPassing(Throwable cause) {
      super(cause);
    }
  }
}
