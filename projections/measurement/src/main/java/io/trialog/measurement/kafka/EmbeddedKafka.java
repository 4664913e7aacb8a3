package io.trialog.measurement.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker and KRaft controller in this JVM, on loopback, in one data folder.
 *
 * <p>The folder survives a clean stop and the death of the process; a topic, an offset and an open
 * transaction are found again by the next start, also on other ports. One folder serves one broker
 * at a time: it is locked before anything is written there.
 *
 * <p>Kafka ends the process when it meets a fatal fault. Here it does not: the first broker
 * replaces Kafka's exit and halt procedures for the whole JVM, a fault is logged and kept in {@link
 * #fault}, and {@link #isReady} turns false. The broker is then not to be trusted and wants a
 * restart.
 *
 * <p>Uses Scala internals of Kafka that carry no promise of compatibility; this class is the only
 * one that does, and the version is pinned.
 */
public final class EmbeddedKafka implements AutoCloseable {
  /**
   * How long a transaction of the stream job may stay open at this broker, 7 days: a job that died
   * between its checkpoint and its commit must still find the transaction after a long weekend.
   */
  public static final Duration TRANSACTION_TIMEOUT = Duration.ofDays(7);

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Set<EmbeddedKafka> ALIVE = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final int brokerPort;
  private final int controllerPort;
  private final CountDownLatch started = new CountDownLatch(1);
  private volatile @Nullable String fault;
  private volatile boolean closed;
  private @Nullable KafkaRaftServer server;

  /**
   * Kafka locks the folder too, but after its controller has begun to write there, which damages
   * the log of a controller that runs in it.
   */
  private @Nullable FileChannel lock;

  private EmbeddedKafka(Path folder, int brokerPort, int controllerPort) {
    this.folder = folder;
    this.brokerPort = brokerPort;
    this.controllerPort = controllerPort;
  }

  /**
   * Names the broker's place; nothing is started yet.
   *
   * @param folder data folder, made at start if missing
   * @param brokerPort port for clients, 0 for a free one
   * @param controllerPort port of the controller, 0 for a free one
   */
  public static EmbeddedKafka at(Path folder, int brokerPort, int controllerPort) {
    int broker = brokerPort == 0 ? freePort() : brokerPort;
    int controller = controllerPort == 0 ? freePort() : controllerPort;
    return new EmbeddedKafka(folder, broker, controller);
  }

  /** Where clients connect, {@code 127.0.0.1:port}; known before the start. */
  public String bootstrap() {
    return "127.0.0.1:" + brokerPort;
  }

  /**
   * Formats the folder if it is new and starts the broker; blocks until it serves (about 3 s, more
   * on a busy machine). May run on any thread, once.
   *
   * @throws IllegalStateException if it was started or closed before
   * @throws KafkaStartFailed if the folder, a port or the broker refuses
   */
  public synchronized void start() {
    if (server != null || closed) {
      throw new IllegalStateException("the embedded Kafka in " + folder + " was started before");
    }
    keepTheProcessAlive();
    ALIVE.add(this);
    try {
      Files.createDirectories(folder);
      lock();
      format();
      var fresh = new KafkaRaftServer(KafkaConfig.fromProps(settings(), false), Time.SYSTEM);
      server = fresh;
      fresh.startup();
    } catch (Exception e) {
      String reason = fault == null ? String.valueOf(e.getMessage()) : String.valueOf(fault);
      close();
      throw new KafkaStartFailed("Kafka does not start in " + folder + ": " + reason, e);
    }
    started.countDown();
    LOG.info("embedded Kafka serves at {} from {}", bootstrap(), folder);
  }

  /** True from the end of {@link #start} to the first fault or {@link #close}. */
  public boolean isReady() {
    return started.getCount() == 0 && fault == null && !closed;
  }

  /** What Kafka would have ended the process for; empty while it is well. */
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  /** Waits for {@link #start} on another thread; false when the time is over first. */
  public boolean awaitReady(Duration limit) throws InterruptedException {
    return started.await(limit.toMillis(), TimeUnit.MILLISECONDS) && isReady();
  }

  /** Stops the broker, waiting at most 30 s. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    var running = server;
    if (running == null) {
      ALIVE.remove(this);
      unlock();
      return;
    }
    server = null;
    // On a thread of its own: after a fault Kafka's own shutdown may never return.
    Thread stop =
        Thread.ofPlatform().daemon().name("embedded-kafka-stop").unstarted(() -> stop(running));
    stop.start();
    try {
      if (!stop.join(STOP_LIMIT)) {
        LOG.warn(
            "embedded Kafka in {} did not stop in {} s; left behind",
            folder,
            STOP_LIMIT.toSeconds());
      } else {
        unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ALIVE.remove(this);
  }

  private static void stop(KafkaRaftServer running) {
    try {
      running.shutdown();
      running.awaitShutdown();
    } catch (RuntimeException e) {
      LOG.warn("embedded Kafka stopped with an error", e);
    }
  }

  private void lock() throws IOException {
    var channel =
        FileChannel.open(
            folder.resolve(".in-use"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock = channel;
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // As when another process has it.
    }
    throw new IOException("another Kafka uses the folder");
  }

  private void unlock() {
    var held = lock;
    lock = null;
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      LOG.warn("the lock of {} was not released well", folder, e);
    }
  }

  private void format() throws Exception {
    if (Files.exists(folder.resolve("meta.properties"))) {
      return;
    }
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setControllerListenerName("CONTROLLER")
        .addDirectory(folder.toString())
        .setMetadataLogDirectory(folder.toString())
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setIgnoreFormatted(true)
        .setHasDynamicQuorum(false)
        .run();
  }

  private Properties settings() {
    var p = new Properties();
    p.setProperty("process.roles", "broker,controller");
    p.setProperty("node.id", "1");
    p.setProperty(
        "listeners",
        "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort);
    p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + brokerPort);
    p.setProperty("controller.listener.names", "CONTROLLER");
    p.setProperty("inter.broker.listener.name", "PLAINTEXT");
    p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    // Static voters: a dynamic quorum would write the port of the first start into the folder.
    p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    p.setProperty("log.dirs", folder.toString());
    p.setProperty("auto.create.topics.enable", "false");
    single(p);
    small(p);
    p.setProperty("transaction.max.timeout.ms", Long.toString(TRANSACTION_TIMEOUT.toMillis()));
    p.setProperty("group.initial.rebalance.delay.ms", "0");
    return p;
  }

  private static void single(Properties p) {
    p.setProperty("default.replication.factor", "1");
    p.setProperty("offsets.topic.replication.factor", "1");
    p.setProperty("offsets.topic.num.partitions", "1");
    p.setProperty("transaction.state.log.replication.factor", "1");
    p.setProperty("transaction.state.log.min.isr", "1");
    p.setProperty("transaction.state.log.num.partitions", "1");
    p.setProperty("share.coordinator.state.topic.replication.factor", "1");
    p.setProperty("share.coordinator.state.topic.min.isr", "1");
    p.setProperty("share.coordinator.state.topic.num.partitions", "1");
  }

  private static void small(Properties p) {
    p.setProperty("log.cleaner.dedupe.buffer.size", "2097152"); // Kafka's own default takes 128 MiB
    p.setProperty("num.network.threads", "1");
    p.setProperty("num.io.threads", "2");
    p.setProperty("log.segment.bytes", "67108864");
  }

  private static void keepTheProcessAlive() {
    Exit.setExitProcedure((status, message) -> faulted("exit", status, message));
    Exit.setHaltProcedure((status, message) -> faulted("halt", status, message));
  }

  /** Kafka does not say which broker of the JVM it means, so all are told; we run one. */
  private static void faulted(String wish, int status, @Nullable String message) {
    String what =
        "Kafka asked for " + wish + "(" + status + ")" + (message == null ? "" : ": " + message);
    LOG.error("embedded Kafka met a fatal fault; the process lives on. {}", what);
    for (EmbeddedKafka kafka : ALIVE) {
      kafka.fault = what;
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The broker could not be started; the message names the folder and the reason. */
  public static final class KafkaStartFailed extends RuntimeException {
    KafkaStartFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
