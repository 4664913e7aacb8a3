package io.trialog.measurement.stream;

import io.trialog.measurement.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream job, run by Flink inside this JVM: exposures and outcomes in, additive deltas out.
 *
 * <p>Exactly once: input offsets and ledgers are one checkpoint, deltas are committed with it.
 * After a crash the newest complete checkpoint is found and continued. Without any checkpoint the
 * log is folded from its beginning under a new generation, which tells the store to begin again,
 * too.
 *
 * <p>A supervisor thread owns the job: {@link #start} returns at once, a job that ends for whatever
 * reason is launched again after 1 to 30 s. All methods may be called from any thread.
 */
public final class MeasurementJob implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeasurementJob.class);
  static final TypeInformation<byte[]> BYTES =
      PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

  private static final String NAME = "trialog-measurement";
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration TICK = Duration.ofMillis(25);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final Settings settings;
  private final Checkpoints checkpoints;
  private final Thread supervisor;
  private final Object bell = new Object();
  private volatile Status status = new Status(State.STARTING, "not launched yet", Optional.empty());
  private volatile boolean closed;

  /**
   * What the job needs to know.
   *
   * @param bootstrap of Kafka; the topics must exist
   * @param folder for checkpoints and temporary files; one job at a time
   * @param checkpointPause shortest time from one checkpoint to the next, 200 ms by default; deltas
   *     are seen at a checkpoint. One is taken when there is something new
   * @param parallelism subtasks, 1 by default
   * @param transactionTimeout how long the broker keeps what a dead job had prepared; at most its
   *     {@code transaction.max.timeout.ms}. A job that stays away longer may lose the deltas of its
   *     last checkpoint, so take all you can get
   */
  public record Settings(
      String bootstrap,
      Path folder,
      Duration checkpointPause,
      int parallelism,
      Duration transactionTimeout) {
    public Settings {
      Objects.requireNonNull(bootstrap);
      Objects.requireNonNull(folder);
      if (checkpointPause.toMillis() < 10
          || parallelism < 1
          || transactionTimeout.toMillis() < 1_000) {
        throw new IllegalArgumentException(
            "checkpoint pause from 10 ms, parallelism from 1, transaction timeout from 1 s");
      }
    }

    /** One subtask, 200 ms, and 15 minutes, which every broker grants. */
    public static Settings of(String bootstrap, Path folder) {
      return new Settings(bootstrap, folder, Duration.ofMillis(200), 1, Duration.ofMinutes(15));
    }

    /** The same with another timeout. */
    public Settings withTransactionTimeout(Duration timeout) {
      return new Settings(bootstrap, folder, checkpointPause, parallelism, timeout);
    }

    /** The same with another pause. */
    public Settings withCheckpointPause(Duration pause) {
      return new Settings(bootstrap, folder, pause, parallelism, transactionTimeout);
    }
  }

  /** Where the job stands. */
  public enum State {
    /** Being launched for the first time. */
    STARTING,
    /** Folding. */
    RUNNING,
    /** Failed and about to go on from its newest checkpoint. */
    RESTARTING,
    /** Closed by us. */
    STOPPED
  }

  /**
   * A look at the job.
   *
   * @param detail for people; why it failed last, if it did
   * @param restoredFrom checkpoint it went on from at its last launch
   */
  public record Status(State state, String detail, Optional<Path> restoredFrom) {}

  private MeasurementJob(Settings settings) {
    this.settings = settings;
    this.checkpoints = new Checkpoints(settings.folder().resolve("checkpoints"));
    this.supervisor = Thread.ofPlatform().name("measurement-job").unstarted(this::supervise);
  }

  /** Begins to launch the job and returns. */
  public static MeasurementJob start(Settings settings) {
    var job = new MeasurementJob(settings);
    job.supervisor.start();
    return job;
  }

  /** Where the job stands now; at most half a second old. */
  public Status status() {
    return status;
  }

  /** Cancels the job; its checkpoints stay. Waits at most 30 s. Idempotent. */
  @Override
  public void close() {
    closed = true;
    synchronized (bell) {
      bell.notifyAll();
    }
    try {
      if (!supervisor.join(STOP_LIMIT)) {
        LOG.warn("the measurement job did not stop in {} s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- the supervisor

  private void supervise() {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      long begin = System.nanoTime();
      try {
        launchAndWatch();
      } catch (InterruptedException e) {
        break; // nobody interrupts this thread but the end of the JVM
      } catch (Exception e) {
        LOG.error("the measurement job failed; it is launched again in {} s", pause.toSeconds(), e);
        status = new Status(State.RESTARTING, String.valueOf(e), status.restoredFrom());
      }
      boolean lived = System.nanoTime() - begin > LONGEST_PAUSE.toNanos();
      pause = lived ? FIRST_PAUSE : longer(pause);
      waitFor(pause);
    }
    status = new Status(State.STOPPED, "closed", status.restoredFrom());
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }

  private void waitFor(Duration pause) {
    long deadlineNanos = System.nanoTime() + pause.toNanos();
    synchronized (bell) {
      try {
        long leftMillis = pause.toMillis();
        while (!closed && leftMillis > 0) {
          bell.wait(leftMillis);
          leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        }
      } catch (InterruptedException e) {
        closed = true;
      }
    }
  }

  private void launchAndWatch() throws Exception {
    Optional<Path> from = checkpoints.newest();
    Path temporary = settings.folder().resolve("tmp");
    Checkpoints.delete(temporary);
    Files.createDirectories(temporary);
    LOG.info(
        "measurement job goes on from {}",
        from.map(Path::toString).orElse("the beginning of the log"));
    status = new Status(State.STARTING, "launching", from);
    Configuration flink = flink(temporary);
    String name = UUID.randomUUID().toString();
    MiniCluster cluster = cluster(flink);
    try {
      cluster.start();
      JobID job = submit(cluster, environment(flink, name), from);
      watch(cluster, job, Pulse.of(name), from);
    } finally {
      Pulse.forget(name);
      stop(cluster);
    }
  }

  private static void stop(MiniCluster cluster) throws InterruptedException {
    try {
      cluster.closeAsync().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Flink did not stop as it should; it is left behind", e);
    }
  }

  private MiniCluster cluster(Configuration flink) {
    return new MiniCluster(
        new MiniClusterConfiguration.Builder()
            .setConfiguration(flink)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(settings.parallelism())
            .build());
  }

  private static JobID submit(
      MiniCluster cluster, StreamExecutionEnvironment env, Optional<Path> from) throws Exception {
    JobGraph graph = env.getStreamGraph().getJobGraph();
    from.ifPresent(path ->
        graph.setSavepointRestoreSettings(
            SavepointRestoreSettings.forPath(path.toAbsolutePath().toUri().toString(), false)));
    return cluster.submitJob(graph).get(60, TimeUnit.SECONDS).getJobID();
  }

  private void watch(MiniCluster cluster, JobID job, LongAdder folded, Optional<Path> from)
      throws Exception {
    var cadence =
        new Cadence(
            settings.checkpointPause(),
            () -> cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED),
            System.nanoTime());
    long lookNanos = System.nanoTime();
    boolean tidied = false;
    while (!closed) {
      if (System.nanoTime() - lookNanos >= 0) {
        lookNanos = System.nanoTime() + LOOK.toNanos();
        look(cluster, job, from);
        tidied = tidied || tidied(job.toHexString());
      }
      cadence.tick(folded.sum(), System.nanoTime());
      waitFor(TICK);
    }
    cluster.cancelJob(job).get(10, TimeUnit.SECONDS);
    cluster.requestJobResult(job).get(10, TimeUnit.SECONDS);
  }

  private void look(MiniCluster cluster, JobID job, Optional<Path> from) throws Exception {
    JobStatus now = cluster.getJobStatus(job).get(10, TimeUnit.SECONDS);
    if (now.isTerminalState()) {
      var why = cluster.requestJobResult(job).get(10, TimeUnit.SECONDS).getSerializedThrowable();
      throw new IOException("the job ended as " + now, why.orElse(null));
    }
    status = new Status(state(now), now.name(), from);
  }

  /** Older jobs' checkpoints are of no use once this one has its own. */
  private boolean tidied(String job) {
    boolean own = checkpoints.isOwn(job);
    if (own) {
      checkpoints.deleteOthers(job);
    }
    return own;
  }

  private static State state(JobStatus status) {
    return switch (status) {
      case RUNNING -> State.RUNNING;
      case INITIALIZING, CREATED -> State.STARTING;
      case FAILING, FAILED, CANCELLING, CANCELED, FINISHED, RESTARTING, SUSPENDED, RECONCILING ->
          State.RESTARTING;
    };
  }

  // --- the job

  private StreamExecutionEnvironment environment(Configuration flink, String name) {
    var env = StreamExecutionEnvironment.createLocalEnvironment(settings.parallelism(), flink);
    TypeInformation<Tuple3<String, String, byte[]>> type =
        Types.TUPLE(Types.STRING, Types.STRING, BYTES);
    SingleOutputStreamOperator<byte[]> deltas =
        env.fromSource(source(type), WatermarkStrategy.noWatermarks(), "events", type)
            .uid("events")
            .keyBy(arrival -> arrival.f1, Types.STRING)
            .transform("fold", BYTES, new FoldOperator(name, System.currentTimeMillis()))
            .uid("fold");
    deltas.sinkTo(panes()).name("panes").uid("panes");
    deltas
        .getSideOutput(FoldOperator.DEAD_LETTERS)
        .sinkTo(deadLetters())
        .name("dead-letters")
        .uid("dead-letters");
    return env;
  }

  private KafkaSource<Tuple3<String, String, byte[]>> source(
      TypeInformation<Tuple3<String, String, byte[]>> type) {
    return KafkaSource.<Tuple3<String, String, byte[]>>builder()
        .setBootstrapServers(settings.bootstrap())
        .setTopics(Topics.EXPOSURES, Topics.OUTCOMES)
        .setClientIdPrefix(NAME)
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setProperty("commit.offsets.on.checkpoint", "false")
        .setProperty("isolation.level", "read_committed")
        .setProperty("partition.discovery.interval.ms", "60000")
        .setDeserializer(new ArrivalReader(type))
        .build();
  }

  private KafkaSink<byte[]> panes() {
    return KafkaSink.<byte[]>builder()
        .setBootstrapServers(settings.bootstrap())
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        // A few ids used over and over; the other strategy makes a new id for each checkpoint,
        // which
        // the broker remembers for a week: 600,000 of them at one a second.
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setTransactionalIdPrefix(NAME)
        .setProperty(
            "transaction.timeout.ms", Long.toString(settings.transactionTimeout().toMillis()))
        .setRecordSerializer(values(Topics.PANES))
        .build();
  }

  private KafkaSink<byte[]> deadLetters() {
    return KafkaSink.<byte[]>builder()
        .setBootstrapServers(settings.bootstrap())
        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
        .setRecordSerializer(values(Topics.DEAD_LETTERS))
        .build();
  }

  /** Bytes without a key and without a time of ours: a pane may speak of years ago. */
  private static KafkaRecordSerializationSchema<byte[]> values(String topic) {
    return KafkaRecordSerializationSchema.<byte[]>builder()
        .setTopic(topic)
        .setValueSerializationSchema(new AsTheyAre())
        .build();
  }

  private Configuration flink(Path temporary) {
    var c = new Configuration();
    // Checkpoints are asked for, see Cadence; these are for a launcher that forgot to.
    c.setString("execution.checkpointing.interval", "10 min");
    c.setString("execution.checkpointing.timeout", "60 s");
    c.setString("execution.checkpointing.tolerable-failed-checkpoints", "5");
    c.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    c.setString("execution.checkpointing.num-retained", "2");
    c.setString("execution.checkpointing.storage", "filesystem");
    c.setString(
        "execution.checkpointing.dir",
        settings.folder().resolve("checkpoints").toAbsolutePath().toUri().toString());
    c.setString("state.backend.type", "hashmap");
    c.setString("restart-strategy.type", "exponential-delay");
    c.setString("restart-strategy.exponential-delay.initial-backoff", "1 s");
    c.setString("restart-strategy.exponential-delay.max-backoff", "30 s");
    c.setString("pipeline.generic-types", "false");
    c.setString("pipeline.object-reuse", "true");
    c.setString("pipeline.max-parallelism", "128");
    c.setString("io.tmp.dirs", temporary.toAbsolutePath().toString());
    small(c);
    return c;
  }

  private static void small(Configuration c) {
    c.setString("taskmanager.memory.network.min", "32 mb");
    c.setString("taskmanager.memory.network.max", "32 mb");
    c.setString("taskmanager.memory.managed.size", "8 mb");
    // Flink's own REST endpoint knows no users: loopback, a free port, and nothing to press.
    c.setString("rest.address", "127.0.0.1");
    c.setString("rest.bind-address", "127.0.0.1");
    c.setString("rest.bind-port", "0");
    c.setString("web.cancel.enable", "false");
    c.setString("web.submit.enable", "false");
  }
}
