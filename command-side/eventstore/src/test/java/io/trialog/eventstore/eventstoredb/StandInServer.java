package io.trialog.eventstore.eventstoredb;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.kurrent.dbclient.proto.serverfeatures.ServerFeaturesGrpc;
import io.kurrent.dbclient.proto.serverfeatures.Serverfeatures.SupportedMethods;
import io.kurrent.dbclient.proto.shared.Shared;
import io.kurrent.dbclient.proto.streams.StreamsGrpc;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.AppendReq;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.AppendReq.Options.ExpectedStreamRevisionCase;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.AppendReq.ProposedMessage;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.AppendResp;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadReq;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.AllOptions;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.ReadDirection;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadReq.Options.StreamOptions;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadResp;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent;
import io.kurrent.dbclient.proto.streams.StreamsOuterClass.ReadResp.ReadEvent.RecordedEvent;
import io.trialog.eventstore.contract.StoreUnderTest.Cut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Stands in for an EventStoreDB node: the gRPC services that the client calls, on the client's own
 * stubs, with a log in memory.
 *
 * <p><b>What it proves.</b> The adapter speaks the client's protocol over a real connection: it
 * sends the revision it expects, keeps its deadlines, tries again with the same ids, passes over
 * records that are not its own, asks only for positions that exist, and lives through connections
 * that are cut, nodes that hang and nodes that are away.
 *
 * <p><b>What it cannot prove.</b> How a real server behaves. It encodes one reading of the server's
 * documentation and source: what is idempotent, which positions an append gets, what a read
 * includes, which status a refusal has. Where that reading is wrong, adapter and stand-in are wrong
 * together and every test is green. There is no cluster, no election, no lagging follower, no
 * access control, no disk, no truncation; nothing of it is measured. The contract against a real
 * server, and only that, tells.
 *
 * <p>To be less comfortable than the adapter would like: positions have gaps, the server's own
 * records and those of another application stand between ours, and a read from a position at which
 * nothing stands is an error.
 */
public final class StandInServer implements AutoCloseable {
  static final int MAX_APPEND = 1_048_576;

  private static final int LARGEST_MESSAGE = 16 * 1_048_576;
  private static final long TICKS_PER_SECOND = 10_000_000;
  private static final Shared.Empty EMPTY = Shared.Empty.getDefaultInstance();

  private final Server server;
  private final Wire wire;
  private final List<RecordedEvent> log = new ArrayList<>();
  private final AtomicReference<Cut> next = new AtomicReference<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong served = new AtomicLong();
  private final AtomicInteger appends = new AtomicInteger();

  private volatile boolean forgetful;
  private volatile Runnable beforeCut = () -> {};
  private long end = 1_000;

  private StandInServer(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(new Streams())
            .addService(new Features())
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .build()
            .start();
    wire = new Wire(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
    writeForeign("$settings", "$UserCreated");
  }

  /** On a free port of the loopback, with an empty log. */
  public static StandInServer start() {
    try {
      return new StandInServer(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves until the process ends: {@code StandInServer PORT}. */
  public static void main(String[] arguments) throws Exception {
    StandInServer standIn = new StandInServer(Integer.parseInt(arguments[0]));
    System.out.println("esdb://127.0.0.1:" + standIn.server.getPort() + "?tls=false");
    standIn.server.awaitTermination();
  }

  /** Through the wire that can be cut. */
  public String uri() {
    return "esdb://127.0.0.1:"
        + wire.port()
        + "?tls=false&maxDiscoverAttempts=2&discoveryInterval=50";
  }

  Wire wire() {
    return wire;
  }

  /** Cuts all connections at the next append, before or after the log has its events. */
  void cutNextAppend(Cut when) {
    next.set(when);
  }

  /** Runs when a connection is to be cut before an append takes effect. */
  void beforeTheNextCut(Runnable task) {
    beforeCut = task;
  }

  /** The next calls get no answer; an append among them takes effect. */
  void leaveUnanswered(int calls) {
    unanswered.set(calls);
  }

  /** From now on a retry is a conflict, as on a server that does not know the ids any more. */
  void forgetIds() {
    forgetful = true;
  }

  /** How many records reads have been answered with so far. */
  long served() {
    return served.get();
  }

  /** How many appends arrived so far, also those that were refused or cut. */
  int appends() {
    return appends.get();
  }

  /** The streams that have an event, in the order of their first. */
  List<String> streams() {
    synchronized (log) {
      return log.stream().map(StandInServer::nameOf).distinct().toList();
    }
  }

  /** A record that is none of ours, at the end of the log. */
  void writeForeign(String stream, String type) {
    synchronized (log) {
      ProposedMessage message =
          ProposedMessage.newBuilder()
              .setId(Shared.UUID.newBuilder().setString(UUID.randomUUID().toString()))
              .setData(ByteString.copyFromUtf8("not even json"))
              .putMetadata("type", type)
              .putMetadata("content-type", "application/octet-stream")
              .build();
      write(stream, revision(stream) + 1, message);
    }
  }

  @Override
  public void close() {
    wire.close();
    server.shutdownNow();
    try {
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean leavesUnanswered() {
    return unanswered.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }

  /** Of the newest event, or -1. */
  private long revision(String stream) {
    return inStream(stream).size() - 1L;
  }

  private List<RecordedEvent> inStream(String stream) {
    return log.stream().filter(event -> nameOf(event).equals(stream)).toList();
  }

  private static String nameOf(RecordedEvent event) {
    return event.getStreamIdentifier().getStreamName().toStringUtf8();
  }

  private RecordedEvent write(String stream, long revision, ProposedMessage message) {
    Duration sinceEpoch = Duration.between(Instant.EPOCH, Instant.now());
    RecordedEvent event =
        RecordedEvent.newBuilder()
            .setId(message.getId())
            .setStreamIdentifier(
                Shared.StreamIdentifier.newBuilder().setStreamName(ByteString.copyFromUtf8(stream)))
            .setStreamRevision(revision)
            .setCommitPosition(end)
            .setPreparePosition(end)
            .putAllMetadata(message.getMetadataMap())
            .putMetadata(
                "created",
                Long.toString(
                    sinceEpoch.getSeconds() * TICKS_PER_SECOND + sinceEpoch.getNano() / 100))
            .setCustomMetadata(message.getCustomMetadata())
            .setData(message.getData())
            .build();
    log.add(event);
    end += event.getSerializedSize();
    return event;
  }

  /** One append, whole: what the client streamed before it said that this is all. */
  private final class Append implements StreamObserver<AppendReq> {
    private final StreamObserver<AppendResp> answer;
    private final List<ProposedMessage> messages = new ArrayList<>();
    private AppendReq.Options options = AppendReq.Options.getDefaultInstance();

    Append(StreamObserver<AppendResp> answer) {
      this.answer = answer;
    }

    @Override
    public void onNext(AppendReq part) {
      if (part.hasOptions()) {
        options = part.getOptions();
      } else {
        messages.add(part.getProposedMessage());
      }
    }

    @Override
    public void onError(Throwable cause) {
      // The client is gone before it said everything; nothing is stored.
    }

    @Override
    public void onCompleted() {
      appends.incrementAndGet();
      boolean unanswered = leavesUnanswered();
      Cut cut = next.getAndSet(null);
      if (cut == Cut.BEFORE_IT_TOOK_EFFECT) {
        beforeCut.run();
        wire.cut();
        return;
      }
      try {
        answer(store(), unanswered, cut != null);
      } catch (StatusRuntimeException e) {
        answer.onError(e);
      }
    }

    private void answer(AppendResp response, boolean unanswered, boolean cut) {
      if (cut) {
        wire.cut();
      } else if (!unanswered) {
        answer.onNext(response);
        answer.onCompleted();
      }
    }

    private AppendResp store() {
      refuseTooLarge();
      synchronized (log) {
        String stream = options.getStreamIdentifier().getStreamName().toStringUtf8();
        long current = revision(stream);
        long expected =
            switch (options.getExpectedStreamRevisionCase()) {
              case REVISION -> options.getRevision();
              case NO_STREAM -> -1;
              case ANY, STREAM_EXISTS, EXPECTEDSTREAMREVISION_NOT_SET -> current;
            };
        if (expected == current) {
          return append(stream, current);
        }
        return !forgetful && isAlreadyThere(stream, expected)
            ? success(expected + messages.size(), log.getLast())
            : wrongExpectedVersion(current);
      }
    }

    private AppendResp append(String stream, long current) {
      long revision = current;
      for (ProposedMessage message : messages) {
        revision++;
        write(stream, revision, message);
      }
      RecordedEvent last = log.getLast();
      if (log.size() % 3 == 0) {
        writeForeign("$stats-127.0.0.1", "$statsCollected");
        writeForeign("billing-" + log.size(), "InvoiceSent");
      }
      return success(revision, last);
    }

    /** The server's rule for a retry: the same ids follow the revision that was expected. */
    private boolean isAlreadyThere(String stream, long expected) {
      List<RecordedEvent> events = inStream(stream);
      for (int i = 0; i < messages.size(); i++) {
        int revision = Math.toIntExact(expected + 1 + i);
        if (revision >= events.size()
            || !events.get(revision).getId().equals(messages.get(i).getId())) {
          return false;
        }
      }
      return true;
    }

    private AppendResp wrongExpectedVersion(long current) {
      AppendResp.WrongExpectedVersion.Builder wrong = AppendResp.WrongExpectedVersion.newBuilder();
      if (current < 0) {
        wrong.setCurrentNoStream(EMPTY);
      } else {
        wrong.setCurrentRevision(current);
      }
      if (options.getExpectedStreamRevisionCase() == ExpectedStreamRevisionCase.NO_STREAM) {
        wrong.setExpectedNoStream(EMPTY);
      } else {
        wrong.setExpectedRevision(options.getRevision());
      }
      return AppendResp.newBuilder().setWrongExpectedVersion(wrong).build();
    }

    private void refuseTooLarge() {
      int size = messages.stream().mapToInt(ProposedMessage::getSerializedSize).sum();
      if (size > MAX_APPEND) {
        Metadata trailers = new Metadata();
        trailers.put(
            Metadata.Key.of("exception", Metadata.ASCII_STRING_MARSHALLER),
            "maximum-append-size-exceeded");
        throw Status.INVALID_ARGUMENT
            .withDescription("Maximum Append Size of " + MAX_APPEND + " Exceeded.")
            .asRuntimeException(trailers);
      }
    }

    private static AppendResp success(long revision, RecordedEvent last) {
      return AppendResp.newBuilder()
          .setSuccess(
              AppendResp.Success.newBuilder()
                  .setCurrentRevision(revision)
                  .setPosition(
                      AppendResp.Position.newBuilder()
                          .setCommitPosition(last.getCommitPosition())
                          .setPreparePosition(last.getPreparePosition())))
          .build();
    }
  }

  /** Appends and reads; no subscriptions, no deletion. */
  private final class Streams extends StreamsGrpc.StreamsImplBase {
    @Override
    public StreamObserver<AppendReq> append(StreamObserver<AppendResp> answer) {
      return new Append(answer);
    }

    @Override
    public void read(ReadReq request, StreamObserver<ReadResp> answer) {
      if (leavesUnanswered()) {
        return;
      }
      try {
        List<ReadResp> parts;
        synchronized (log) {
          parts = answer(request.getOptions());
        }
        parts.forEach(answer::onNext);
        answer.onCompleted();
      } catch (StatusRuntimeException e) {
        answer.onError(e);
      }
    }

    private List<ReadResp> answer(ReadReq.Options options) {
      boolean forwards = options.getReadDirection() == ReadDirection.Forwards;
      List<RecordedEvent> events;
      if (options.hasAll()) {
        events = forwards ? from(options.getAll()) : before(options.getAll());
      } else {
        String stream = options.getStream().getStreamIdentifier().getStreamName().toStringUtf8();
        List<RecordedEvent> all = inStream(stream);
        if (all.isEmpty()) {
          return List.of(notFound(options.getStream()));
        }
        events = forwards ? from(options.getStream(), all) : before(options.getStream(), all);
      }
      List<RecordedEvent> ordered = forwards ? events : events.reversed();
      return ordered.stream().limit(options.getCount()).map(Streams.this::read).toList();
    }

    private ReadResp read(RecordedEvent event) {
      served.incrementAndGet();
      return ReadResp.newBuilder()
          .setEvent(
              ReadEvent.newBuilder().setEvent(event).setCommitPosition(event.getCommitPosition()))
          .build();
    }

    private ReadResp notFound(StreamOptions stream) {
      return ReadResp.newBuilder()
          .setStreamNotFound(
              ReadResp.StreamNotFound.newBuilder()
                  .setStreamIdentifier(stream.getStreamIdentifier()))
          .build();
    }

    private List<RecordedEvent> from(AllOptions options) {
      return options.hasStart() ? log : log.subList(indexOf(options), log.size());
    }

    private List<RecordedEvent> before(AllOptions options) {
      return options.hasEnd() ? log : log.subList(0, indexOf(options));
    }

    private int indexOf(AllOptions options) {
      long position = options.getPosition().getCommitPosition();
      for (int i = 0; i < log.size(); i++) {
        if (log.get(i).getCommitPosition() == position) {
          return i;
        }
      }
      if (position >= end) {
        return log.size();
      }
      throw Status.UNKNOWN
          .withDescription("Unexpected ReadAllResult: InvalidPosition")
          .asRuntimeException();
    }

    private List<RecordedEvent> from(StreamOptions options, List<RecordedEvent> all) {
      long first = options.hasStart() ? 0 : options.getRevision();
      return all.subList(Math.toIntExact(Math.min(first, all.size())), all.size());
    }

    private List<RecordedEvent> before(StreamOptions options, List<RecordedEvent> all) {
      long last = options.hasEnd() ? all.size() : options.getRevision() + 1;
      return all.subList(0, Math.toIntExact(Math.min(last, all.size())));
    }
  }

  /** What the client asks for once, when it connects. */
  private static final class Features extends ServerFeaturesGrpc.ServerFeaturesImplBase {
    @Override
    public void getSupportedMethods(Shared.Empty request, StreamObserver<SupportedMethods> answer) {
      answer.onNext(SupportedMethods.newBuilder().setEventStoreServerVersion("24.10.0").build());
      answer.onCompleted();
    }
  }
}
