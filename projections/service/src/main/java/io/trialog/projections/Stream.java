package io.trialog.projections;

import io.trialog.guardrails.GuardrailLedger;
import io.trialog.guardrails.GuardrailWatch;
import io.trialog.guardrails.KafkaVerdicts;
import io.trialog.measurement.collector.Collector;
import io.trialog.measurement.kafka.Topics;
import io.trialog.measurement.store.MetricsStore;
import io.trialog.measurement.store.PanesConsumer;
import io.trialog.measurement.stream.MeasurementJob;
import io.trialog.publishers.Courier;
import io.trialog.publishers.kafka.SnapshotTopic;
import io.trialog.snapshots.KillAnnouncer;
import io.trialog.snapshots.LogFollower;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What needs Kafka: topics, collector, stream job, sums, guardrails, and the topics of kills and of
 * snapshots. {@link #start} is called once Kafka is up, and returns at once; a thread of ours opens
 * the parts one after the other and tries again while Kafka refuses. Kills that happened before are
 * announced from the log.
 */
public final class Stream implements PartSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Stream.class);
  private static final Duration TOPICS_LIMIT = Duration.ofSeconds(15);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration CATCH_UP_LOOK = Duration.ofMillis(500);

  /** A topic forgets nothing, unless somebody made it anew. */
  private static final Duration TOPIC_REFRESH = Duration.ofHours(1);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final List<String> NAMES =
      List.of(
          "topics",
          "collector",
          "stream",
          "metrics",
          "guardrails",
          "kill_switch",
          "snapshot_topic");

  private final Projections projections;
  private final MetricsStore store;
  private final GuardrailLedger ledger;
  private final ProjectionsSettings settings;
  private final Clock clock;
  private final Intake intake = new Intake();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicReference<@Nullable Thread> starter = new AtomicReference<>();
  private volatile @Nullable Parts running;
  private volatile PartStatus waiting = PartStatus.starting("Kafka is not up yet");

  /** Everything that runs. */
  private record Parts(
      MeasurementJob job,
      PanesConsumer panes,
      GuardrailWatch watch,
      LogFollower kills,
      Courier snapshots) {}

  Stream(
      Projections projections,
      MetricsStore store,
      GuardrailLedger ledger,
      ProjectionsSettings settings,
      Clock clock) {
    this.projections = projections;
    this.store = store;
    this.ledger = ledger;
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Begins to open the parts; to be called once.
   *
   * @param bootstrap where Kafka is, {@code host:port}
   */
  public void start(String bootstrap) {
    Thread thread =
        Thread.ofPlatform().name("trialog-stream-start").unstarted(() -> run(bootstrap));
    if (!starter.compareAndSet(null, thread)) {
      throw new IllegalStateException("the stream was started before");
    }
    thread.start();
  }

  /** The way in for events. */
  public Intake intake() {
    return intake;
  }

  /** When the sums last had everything on the panes topic; empty before the first time. */
  public Optional<Instant> caughtUpAt() {
    Parts now = running;
    return now == null ? Optional.empty() : now.panes().caughtUpAt();
  }

  private void run(String bootstrap) {
    try {
      while (isOpen()) {
        if (openAll(bootstrap)) {
          return;
        }
        if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("interrupted while starting the stream");
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  private boolean openAll(String bootstrap) throws InterruptedException {
    try {
      open(bootstrap);
      return true;
    } catch (RuntimeException e) {
      LOG.warn("the stream does not start; trying again", e);
      waiting = PartStatus.down(String.valueOf(e.getMessage()));
      closeOpened();
      return false;
    }
  }

  private void open(String bootstrap) throws InterruptedException {
    waiting = PartStatus.starting("topics are being created");
    Topics.createMissing(bootstrap, settings.partitions(), settings.replication(), TOPICS_LIMIT);
    waiting = PartStatus.starting("waiting for the directory to catch up with the log");
    if (!awaitDirectory()) {
      return;
    }
    waiting = PartStatus.starting("parts are being opened");
    LogFollower kills = kills(bootstrap);
    Courier snapshots = snapshots(bootstrap);
    openIntake(bootstrap);
    KafkaVerdicts verdicts = opened(new KafkaVerdicts(bootstrap, projections.guardrailKeys()));
    GuardrailWatch watch =
        opened(
            GuardrailWatch.start(
                projections::directory,
                store::sums,
                ledger,
                verdicts,
                clock,
                GuardrailWatch.Settings.DEFAULT));
    PanesConsumer panes = opened(PanesConsumer.start(bootstrap, store, clock, watch::touched));
    MeasurementJob job =
        opened(
            MeasurementJob.start(
                MeasurementJob.Settings.of(bootstrap, settings.stream())
                    .withTransactionTimeout(settings.transactionTimeout())));
    running = new Parts(job, panes, watch, kills, snapshots);
  }

  /** Experiments that the collector does not know yet would be turned away. */
  private boolean awaitDirectory() throws InterruptedException {
    while (!projections.hasCaughtUp()) {
      if (closing.await(CATCH_UP_LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return isOpen();
  }

  private LogFollower kills(String bootstrap) {
    KafkaKillSwitch topic = opened(new KafkaKillSwitch(bootstrap));
    LogFollower follower =
        new LogFollower(
            projections.log(), List.of(new KillAnnouncer(projections.snapshotKeys(), 0, topic)));
    follower.start();
    return opened(follower);
  }

  /** Of its own: the topic of kills waits for none of these. */
  private Courier snapshots(String bootstrap) {
    return opened(
        Courier.start(
            projections.snapshots(),
            new SnapshotTopic(bootstrap),
            Courier.Pace.DEFAULT.refreshing(TOPIC_REFRESH)));
  }

  private void openIntake(String bootstrap) {
    Collector collector =
        opened(new Collector(bootstrap, new DirectoryCatalogue(projections::directory), clock));
    intake.open(collector);
  }

  private <T extends AutoCloseable> T opened(T part) {
    synchronized (opened) {
      opened.push(part);
    }
    return part;
  }

  @Override
  public Map<String, PartStatus> parts() {
    Map<String, PartStatus> parts = new TreeMap<>();
    Parts now = running;
    if (now == null) {
      NAMES.forEach(name -> parts.put(name, waiting));
      return parts;
    }
    parts.put("topics", PartStatus.UP);
    parts.put("collector", PartStatus.UP);
    parts.put("stream", job(now.job().status()));
    parts.put("metrics", part(now.panes().trouble(), now.panes().caughtUpAt().isPresent()));
    parts.put("guardrails", part(now.watch().trouble(), now.watch().looks() > 0));
    parts.put("kill_switch", Projections.part(now.kills().status().getFirst(), 0));
    parts.put("snapshot_topic", Publishers.part(now.snapshots().status()));
    return parts;
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> counters = new TreeMap<>();
    Parts now = running;
    if (now != null) {
      Publishers.count(now.snapshots().status(), counters);
    }
    return counters;
  }

  /** Trouble before the first success is a start that takes its time. */
  private static PartStatus part(Optional<String> trouble, boolean workedBefore) {
    return trouble
        .map(reason -> workedBefore ? PartStatus.down(reason) : PartStatus.starting(reason))
        .orElse(PartStatus.UP);
  }

  private static PartStatus job(MeasurementJob.Status status) {
    return switch (status.state()) {
      case RUNNING -> PartStatus.UP;
      case STARTING -> PartStatus.starting(status.detail());
      case RESTARTING, STOPPED -> PartStatus.down(status.detail());
    };
  }

  /**
   * Stops taking events first, then the parts in the reverse of the order in which they were
   * opened, each within its own bound. Idempotent.
   */
  @Override
  public void close() {
    closing.countDown();
    intake.shut();
    Thread thread = starter.get();
    try {
      if (thread != null && !thread.join(STOP_LIMIT)) {
        LOG.warn("the stream's start did not end in {} s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    waiting = PartStatus.down("closed");
    running = null;
    closeOpened();
  }

  private void closeOpened() {
    intake.shut();
    while (true) {
      AutoCloseable part;
      synchronized (opened) {
        part = opened.poll();
      }
      if (part == null) {
        return;
      }
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("a part of the stream did not close well", e);
      }
    }
  }
}
