package io.trialog.sdk;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.events.EventQueue;
import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.events.Outcome;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.VerifierKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Assigns subjects to variants, and reports exposures and outcomes, for one environment.
 *
 * <p>One client a process; any thread. {@link #evaluate} works on a snapshot in memory: it never
 * throws, never blocks and never asks the network. Daemon threads keep the snapshot fresh, deliver
 * events, keep them in the queue's folder if there is one, and acknowledge snapshots. As soon as a
 * snapshot arrives in which an experiment is killed, every evaluation of it answers control.
 */
public final class TrialogClient implements Trialog, AutoCloseable {
  /** How snapshots come. */
  public enum Mode {
    /** One request with an ETag every poll interval. */
    POLLING,
    /** A stream of server-sent events, and polls whenever it cannot be had. */
    STREAMING,
    /** Signed files of a static server, looked for every poll interval. */
    FILES
  }

  /** What became of an offered note, or of statements about keys. */
  public enum Offer {
    /** Newer, or new: it is evaluated, or the statements are in force, from now on. */
    ACCEPTED,
    /** What is evaluated, or known, already. */
    UNCHANGED,
    /** Not trusted, or older; counted, and told to the listener. */
    REFUSED,
    /** The client has no key yet to check it with; to be offered again. */
    NO_KEY,
    /** The client is closed. */
    CLOSED
  }

  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

  /** How long closing waits for the queue's folder, after the deadline. */
  private static final Duration FOLDER_DEADLINE = Duration.ofSeconds(1);

  private final Settings settings;
  private final StateKeeper state;
  private final EventQueue queue;
  private final Recorder recorder;
  private final SnapshotFeed feed;
  private final EventSender sender;
  private final ReceiptSender receipts;
  private final Thread feedThread;
  private final Thread senderThread;
  private final Thread receiptThread;
  private final @Nullable QueueKeeper keeper;
  private final @Nullable Thread keeperThread;

  private TrialogClient(Settings settings) {
    Http http = new Http(settings);
    this.settings = settings;
    this.receipts = new ReceiptSender(http, settings, ReceiptSender.Pace.USUAL);
    this.state = new StateKeeper(settings, receipts::accepted);
    this.queue = new EventQueue(settings.queueCapacity());
    this.feed = new SnapshotFeed(settings, http, state);
    this.sender = new EventSender(queue, http, state, settings);
    this.feedThread = daemon(feed, "trialog-snapshots");
    this.senderThread = daemon(sender, "trialog-events");
    this.receiptThread = daemon(receipts, "trialog-receipts");
    this.keeper = settings.queueFolder().map(folder -> keeper(folder, settings)).orElse(null);
    this.keeperThread = keeper == null ? null : daemon(keeper, "trialog-queue");
    this.recorder =
        new Recorder(
            new Recorder.Marks(
                settings.environment(), settings.surface(), settings.segments(), settings.clock()),
            settings.exposureMemory(),
            this::serving,
            new Waiting());
  }

  private QueueKeeper keeper(Path folder, Settings settings) {
    Path own = folder.resolve(settings.environment() + "-events");
    return new QueueKeeper(
        queue, own, state, sender::wake, QueueKeeper.RETRY, QueueFolder.SEGMENT_BYTES);
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** A builder; base URL, token and environment are required. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Decision evaluate(String experiment, Context context, String fallback) {
    return recorder.evaluate(experiment, context, fallback);
  }

  @Override
  public String variant(String experiment, Context context, String fallback) {
    return recorder.variant(experiment, context, fallback);
  }

  @Override
  public Decision peek(String experiment, Context context, String fallback) {
    return recorder.peek(experiment, context, fallback);
  }

  @Override
  public Map<String, Decision> evaluateAll(Context context) {
    return recorder.peekAll(context);
  }

  @Override
  public FlagDecision evaluateFlag(String flag, Context context, String fallback) {
    return recorder.flag(flag, context, fallback);
  }

  /**
   * A closed client hears of no kill and records nothing, so it assigns nobody; nor does one whose
   * snapshot is older than the application bears.
   */
  private @Nullable Snapshot serving() {
    return state.state() == ClientState.CLOSED || state.isTooOld() ? null : feed.current();
  }

  @Override
  public void track(Context context, String metric, double value) {
    if (state.state() != ClientState.CLOSED) {
      recorder.track(context, metric, value);
    }
  }

  @Override
  public void override(Overrides overrides) {
    recorder.override(overrides);
  }

  /** What is recorded waits in the queue. */
  private final class Waiting implements Recorder.Sink {
    @Override
    public boolean expose(Exposure exposure) {
      boolean taken = queue.offer(exposure);
      wakeWhenMany();
      return taken;
    }

    @Override
    public void record(Outcome outcome) {
      queue.offer(outcome);
      wakeWhenMany();
    }

    @Override
    public void unexposed(String why) {
      state.problem(why);
    }

    @Override
    public void unrecorded(String why) {
      queue.invalid();
      state.problem(why);
    }

    private void wakeWhenMany() {
      // Once at the mark and not above it, so that a full queue does not cost every caller a lock.
      if (queue.waiting() == EventSender.WAKE_AT) {
        sender.wake();
      }
    }
  }

  public ClientState state() {
    return state.state();
  }

  /** The snapshot being evaluated, if there is one. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(feed.current());
  }

  /** True when a snapshot is served within the time; for a start-up that wants to wait. */
  public boolean awaitReady(Duration most) throws InterruptedException {
    return state.awaitServing(most);
  }

  /** Starts sending what waits, without blocking. */
  public void flush() {
    sender.wake();
  }

  /** Sends what waits; true when all of it is settled within the time. */
  public boolean flush(Duration most) throws InterruptedException {
    return sender.awaitEmpty(most);
  }

  /**
   * Takes a signed note that came by another way than the client's own: a topic, a cache, a file
   * (protocol clause 13). It is checked like one from the server, so whoever brings it is not
   * trusted. A kill in it is obeyed at once. It does not confirm anything: a client that serves it
   * without hearing the server is STALE. Any thread; never throws.
   *
   * @param note the bytes; not to be changed any more
   * @param origin what the listener is told in case of a refusal, such as {@code kafka}
   */
  public Offer offer(byte[] note, String origin) {
    try {
      return feed.offered(note, origin);
    } catch (RuntimeException e) {
      state.problem("a note (" + origin + ") could not be read: " + e.getClass().getSimpleName());
      return Offer.REFUSED;
    }
  }

  /**
   * Takes the statements about keys that came by another way than the client's own (protocol clause
   * 12.8), {@code {"statements":[...]}}. Each is believed for its signatures only, so whoever
   * brings them is not trusted; those that are refused are told to the listener. Any thread; never
   * throws.
   *
   * @param statements the bytes; not to be changed any more
   * @param origin what the listener is told when they cannot be read, such as {@code kafka}
   * @return ACCEPTED when the client now knows of another key or revocation: a note that it refused
   *     before may be offered again
   */
  public Offer offerStatements(byte[] statements, String origin) {
    try {
      return feed.offeredStatements(statements, origin);
    } catch (RuntimeException e) {
      String what = e.getClass().getSimpleName();
      state.problem("the statements about keys (" + origin + ") could not be read: " + what);
      return Offer.REFUSED;
    }
  }

  /** The environment that it was built for. */
  public String environment() {
    return settings.environment();
  }

  /** What was counted so far. */
  public ClientCounters counters() {
    return new ClientCounters(
        feed.accepted(),
        feed.refusals(),
        feed.failures(),
        feed.streams(),
        queue.recorded(),
        sender.accepted(),
        sender.rejected(),
        queue.droppedFull() + queue.droppedInvalid(),
        queue.pending(),
        sender.sent(),
        sender.retried(),
        keeper == null ? QueueCounters.NONE : keeper.counters());
  }

  /** Closes with a deadline of five seconds. */
  @Override
  public void close() {
    close(CLOSE_DEADLINE);
  }

  /**
   * Stops, and delivers what waits until the deadline. What is then still pending is counted as
   * pending; it is lost unless a queue folder keeps it for the next start, which may take a second
   * more. Nothing is written to the client's folders afterwards, unless a listener takes longer
   * than the deadline, or is what closes the client, or the caller is interrupted. Closing again
   * does nothing.
   */
  public void close(Duration deadline) {
    state.closed();
    feed.close();
    interrupt(feedThread);
    sender.close();
    receipts.close();
    long end = System.nanoTime() + deadline.toNanos();
    try {
      join(senderThread, end);
      join(receiptThread, end);
      join(feedThread, end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    interrupt(senderThread);
    interrupt(receiptThread);
    closeKeeper();
  }

  private void closeKeeper() {
    try {
      if (keeper != null && keeperThread != null) {
        keeper.close();
        keeperThread.join(FOLDER_DEADLINE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Unless it is the caller, as it is when a listener closes the client. */
  private static void interrupt(Thread thread) {
    if (!thread.equals(Thread.currentThread())) {
      thread.interrupt();
    }
  }

  /** Unless it is the caller. */
  private static void join(Thread thread, long endNanos) throws InterruptedException {
    if (!thread.equals(Thread.currentThread())) {
      thread.join(Math.max(1, (endNanos - System.nanoTime()) / 1_000_000));
    }
  }

  private void start() {
    feed.bootstrap();
    feedThread.start();
    senderThread.start();
    if (settings.receipts()) {
      receiptThread.start();
    }
    if (keeperThread != null) {
      keeperThread.start();
    }
  }

  /** Collects a client's settings; not for several threads. */
  public static final class Builder {
    private @Nullable URI baseUrl;
    private String token = "";
    private String environment = "";
    private @Nullable VerifierKey verifierKey;
    private Mode mode = Mode.STREAMING;
    private @Nullable URI snapshotFiles;
    private Duration pollInterval = Duration.ofSeconds(30);
    private Duration heartbeatTimeout = Duration.ofSeconds(45);
    private Duration staleAfter = Duration.ofSeconds(90);
    private @Nullable Duration safeAfter;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration flushInterval = Duration.ofSeconds(1);
    private Duration longestBackoff = Duration.ofSeconds(30);
    private @Nullable Path cacheFolder;
    private @Nullable Path queueFolder;
    private @Nullable Path bootstrap;
    private String surface = "";
    private List<String> segments = List.of();
    private int queueCapacity = 10_000;
    private int exposureMemory = 100_000;
    private boolean receipts = true;
    private Clock clock = Clock.systemUTC();
    private ClientListener listener = new ClientListener() {};

    private Builder() {}

    /** Where the platform is, {@code https://trialog.example.com}; a path prefix may follow. */
    public Builder baseUrl(URI baseUrl) {
      this.baseUrl = baseUrl;
      return this;
    }

    /** A token with the role sdk, {@code trl_...}. */
    public Builder token(String token) {
      this.token = token;
      return this;
    }

    /** {@code production} or {@code staging}. */
    public Builder environment(String environment) {
      this.environment = environment;
      return this;
    }

    /**
     * The public key that snapshots must be signed with, {@code trialog/<environment>+...}. Without
     * it the client asks the server once at the start and trusts what it says from then on, and
     * with a cache folder also after restarts: right when the first start happens on a network that
     * is trusted. A configured key needs no such luck.
     *
     * @throws IllegalArgumentException for a text that is no key
     */
    public Builder verifierKey(String vkey) {
      try {
        this.verifierKey = VerifierKey.parse(vkey);
      } catch (NoteException e) {
        throw new IllegalArgumentException("not a verifier key: " + e.getMessage(), e);
      }
      return this;
    }

    /** Streaming unless set. */
    public Builder mode(Mode mode) {
      this.mode = mode;
      return this;
    }

    /**
     * Takes snapshots from signed files of a static server or a CDN instead, {@code
     * https://cdn.example.com/snapshots}; sets the mode FILES. It is sent no token. Events still go
     * to the base URL, which is asked for the key too if none is configured.
     */
    public Builder snapshotFiles(URI folder) {
      this.snapshotFiles = folder;
      this.mode = Mode.FILES;
      return this;
    }

    /** Time between polls, half of it to all of it at random; 30 s unless set. */
    public Builder pollInterval(Duration pollInterval) {
      this.pollInterval = pollInterval;
      return this;
    }

    /** How long a stream may be silent; the server sends something every 15 s; 45 s unless set. */
    public Builder heartbeatTimeout(Duration heartbeatTimeout) {
      this.heartbeatTimeout = heartbeatTimeout;
      return this;
    }

    /** How long a snapshot counts as fresh without the server; 90 s unless set. */
    public Builder staleAfter(Duration staleAfter) {
      this.staleAfter = staleAfter;
      return this;
    }

    /**
     * Assigns nobody, with reason NOT_READY and the caller's fallback, once the server has not
     * confirmed the snapshot for this long, and before it has for the first time; for experiments
     * in which an old variant may do harm. Not set: the last snapshot serves however old it is.
     */
    public Builder safeAfter(Duration safeAfter) {
      this.safeAfter = safeAfter;
      return this;
    }

    /** Deadline of each request; 10 s unless set. */
    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requestTimeout;
      return this;
    }

    /** How long events wait for a batch to fill; 1 s unless set. */
    public Builder flushInterval(Duration flushInterval) {
      this.flushInterval = flushInterval;
      return this;
    }

    /** The longest wait between attempts; 30 s unless set. */
    public Builder longestBackoff(Duration longestBackoff) {
      this.longestBackoff = longestBackoff;
      return this;
    }

    /** Where the last good snapshot is kept for a start without the server; nowhere unless set. */
    public Builder cacheFolder(Path cacheFolder) {
      this.cacheFolder = cacheFolder;
      return this;
    }

    /**
     * Where events are kept until the collector has them, for one client at a time; in memory only
     * unless set. What an earlier process left there is delivered by this one, under the ids that
     * it was recorded with. A kill of the process loses at most the last 100 ms, a power cut also
     * what the operating system had not written yet. A folder that cannot be used, or no longer, is
     * counted and told to the listener, and tried again every 30 seconds; events are in memory
     * then.
     */
    public Builder queueFolder(Path queueFolder) {
      this.queueFolder = queueFolder;
      return this;
    }

    /**
     * A file with a signed note that was shipped with the application: it is served, as STALE, from
     * the first evaluation until something newer is there. It is read and verified by {@link
     * #build}. A file that cannot be used is told to the listener. It needs a verifier key.
     */
    public Builder bootstrap(Path note) {
      this.bootstrap = note;
      return this;
    }

    /** The surface that exposures name, {@code web}; the experiment's unless set. */
    public Builder surface(String surface) {
      this.surface = surface;
      return this;
    }

    /** Attributes that exposures carry, at most 8; they leave the process in the clear. */
    public Builder segments(String... attributes) {
      this.segments = List.of(attributes);
      return this;
    }

    /** Most events kept until they are acknowledged; 10,000 unless set. */
    public Builder queueCapacity(int events) {
      this.queueCapacity = events;
      return this;
    }

    /** How many exposures are remembered in order not to repeat them; 100,000 unless set. */
    public Builder exposureMemory(int exposures) {
      this.exposureMemory = exposures;
      return this;
    }

    /**
     * Whether the server is told which snapshots this client evaluates, under a random id, so that
     * it can say who has stopped what was killed; it is unless set.
     */
    public Builder receipts(boolean receipts) {
      this.receipts = receipts;
      return this;
    }

    /** The clock that stamps events; the system's unless set. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    public Builder listener(ClientListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * A running client. Returns at once, whether the server answers or not; a bootstrap is read
     * before.
     *
     * @throws IllegalArgumentException naming the setting that is missing or wrong
     */
    public TrialogClient build() {
      TrialogClient client = new TrialogClient(settings());
      client.start();
      return client;
    }

    Settings settings() {
      URI url = baseUrl;
      if (url == null) {
        throw new IllegalArgumentException("a client needs a base URL");
      }
      return new Settings(
          url,
          token,
          environment,
          Optional.ofNullable(verifierKey),
          mode,
          Optional.ofNullable(snapshotFiles),
          pollInterval,
          heartbeatTimeout,
          staleAfter,
          Optional.ofNullable(safeAfter),
          requestTimeout,
          flushInterval,
          longestBackoff,
          Optional.ofNullable(cacheFolder),
          Optional.ofNullable(queueFolder),
          Optional.ofNullable(bootstrap),
          surface,
          segments,
          queueCapacity,
          exposureMemory,
          receipts,
          clock,
          listener);
    }
  }
}
