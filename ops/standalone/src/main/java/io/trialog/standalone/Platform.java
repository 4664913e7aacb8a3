package io.trialog.standalone;

import io.trialog.audit.log.AuditKeys;
import io.trialog.audit.proof.Policy;
import io.trialog.command.Bootstrap;
import io.trialog.command.ConfigurationDrift;
import io.trialog.command.VerdictConsumer;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import io.trialog.projections.PartStatus;
import io.trialog.projections.Projections;
import io.trialog.projections.Stream;
import io.trialog.standalone.demo.Demo;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One running platform. Kafka starts beside the rest: HTTP answers first, orders and snapshots work
 * at once, and the collector says 503 until the stream is up.
 *
 * <p>It stops in the order in which nothing is lost: verdicts, HTTP and projections, Kafka, the
 * lock of the data folder. A kill -9 instead loses nothing that was acknowledged.
 */
public final class Platform implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
  private static final Duration KAFKA_START = Duration.ofMinutes(2);
  private static final Duration STREAM_START = Duration.ofMinutes(2);
  private static final String NODE = "standalone";
  private static final String EVENT_STORE = "h2";
  private static final String POLICY = "audit.policy";
  private static final Duration LOOK = Duration.ofMillis(50);

  private final DataFolder folder;
  private final EmbeddedKafka kafka;
  private final OwnParts parts;
  private final ConfigurableApplicationContext application;
  private final Consumer<String> say;
  private final String adminToken;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable VerdictConsumer verdicts;
  private @Nullable AutoCloseable demo;

  private Platform(
      DataFolder folder,
      EmbeddedKafka kafka,
      OwnParts parts,
      ConfigurableApplicationContext application,
      String adminToken,
      Consumer<String> say) {
    this.folder = folder;
    this.kafka = kafka;
    this.parts = parts;
    this.application = application;
    this.adminToken = adminToken;
    this.say = say;
  }

  /**
   * Starts everything and answers when the last part is up. Says to a person what is happening.
   *
   * @throws StartRefused when a folder, a port or a part refuses, with what to do about it
   */
  public static Platform start(Options options, Consumer<String> say) throws InterruptedException {
    long begin = System.nanoTime();
    System.setProperty("trialog.data", options.data().toString());
    // Beside not locating Axon's modules: nothing of this process calls home.
    System.setProperty("axoniq.update-checker.disabled", "true");
    DataFolder folder = DataFolder.open(options.data());
    EmbeddedKafka kafka = EmbeddedKafka.at(folder.file("kafka"), 0, 0);
    OwnParts parts = new OwnParts(kafka);
    Thread kafkaStart = Thread.ofPlatform().name("kafka-start").start(() -> startKafka(kafka));
    Platform platform = null;
    try {
      ConfigurableApplicationContext application = Application.start(options, folder.path(), parts);
      Optional<String> fresh = adminToken(application, folder);
      String token = fresh.orElseGet(() -> keptToken(folder));
      application
          .getBean(ConfigurationDrift.class)
          .record(NODE, options.safety().recorded(EVENT_STORE));
      platform = new Platform(folder, kafka, parts, application, token, say);
      Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "trialog-end"));
      platform.writePolicy();
      platform.startStream();
      platform.welcome(fresh.isPresent(), Duration.ofNanos(System.nanoTime() - begin));
      if (options.demo()) {
        platform.play();
      }
      return platform;
    } catch (RuntimeException e) {
      if (platform == null) {
        kafkaStart.join(KAFKA_START);
        kafka.close();
        folder.close();
      } else {
        platform.close();
      }
      throw refusal(e, options);
    }
  }

  /** Where HTTP answers. */
  public URI address() {
    if (application instanceof WebServerApplicationContext web && web.getWebServer() != null) {
      String host = application.getEnvironment().getProperty("server.address", "127.0.0.1");
      String shown = host.contains(":") ? "[" + host + "]" : host;
      boolean tls = application.getEnvironment().containsProperty("server.ssl.bundle");
      String scheme = tls ? "https" : "http";
      return URI.create(scheme + "://" + shown + ":" + web.getWebServer().getPort());
    }
    throw new IllegalStateException("there is no web server");
  }

  /** The first token, as the data folder keeps it; empty when a person removed the file. */
  public String adminToken() {
    return adminToken;
  }

  /** Waits until the platform was closed. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    quietly("demo", demo);
    quietly("verdicts", verdicts);
    quietly("application", application);
    quietly("kafka", kafka);
    quietly("data folder", folder);
    say.accept("Trialog ended cleanly.");
    String archive = System.getProperty("trialog.archive", "");
    if (!archive.isEmpty() && !Files.exists(Path.of(archive))) {
      say.accept(
          "Java now keeps its classes for a faster next start; this once takes some seconds.");
    }
    ended.countDown();
  }

  private void startStream() throws InterruptedException {
    if (!kafka.awaitReady(KAFKA_START)) {
      throw new StartRefused(
          "Kafka did not start in %s: %s"
              .formatted(
                  folder.file("kafka"), kafka.fault().orElse("no answer within " + KAFKA_START)));
    }
    Stream stream = application.getBean(Stream.class);
    stream.start(kafka.bootstrap());
    awaitUp(stream);
    VerdictConsumer consumer =
        new VerdictConsumer(kafka.bootstrap(), Topics.VERDICTS, verdictDeed());
    parts.verdicts(consumer);
    verdicts = consumer;
  }

  /** For the operator to hand to auditors, who must not take keys from a bundle. */
  private void writePolicy() {
    AuditKeys keys = application.getBean(Projections.class).auditKeys();
    String policy =
        Policy.textFor(
            List.of("Trust in the audit log of this installation; keep it, and compare it."),
            keys.logKey(),
            keys.exportKey());
    try {
      Files.writeString(folder.file(POLICY), policy, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StartRefused("The policy for auditors could not be written: " + e, e);
    }
  }

  private static void awaitUp(Stream stream) throws InterruptedException {
    long deadline = System.nanoTime() + STREAM_START.toNanos();
    Map<String, PartStatus> parts = stream.parts();
    while (parts.values().stream().anyMatch(part -> part.state() != PartStatus.State.UP)) {
      if (System.nanoTime() > deadline) {
        throw new StartRefused("The stream did not start within " + STREAM_START + ": " + parts);
      }
      Thread.sleep(LOOK);
      parts = stream.parts();
    }
  }

  @SuppressWarnings("unchecked") // the bean's declaration says what it takes
  private Consumer<byte[]> verdictDeed() {
    return application.getBean("whenGuardrailBreachedThenKill", Consumer.class);
  }

  private static void startKafka(EmbeddedKafka kafka) {
    try {
      kafka.start();
    } catch (RuntimeException e) {
      LOG.error("Kafka does not start", e);
    }
  }

  private static Optional<String> adminToken(
      ConfigurableApplicationContext application, DataFolder folder) {
    try {
      Bootstrap bootstrap = application.getBean(Bootstrap.class);
      Optional<String> token = bootstrap.issueAdminToken(folder.file("admin.token"));
      bootstrap.openEnvironments();
      return token;
    } catch (IOException e) {
      throw new StartRefused("The admin token could not be written: " + e, e);
    }
  }

  private static String keptToken(DataFolder folder) {
    Path file = folder.file("admin.token");
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8).strip() : "";
    } catch (IOException e) {
      throw new StartRefused("The admin token could not be read: " + e, e);
    }
  }

  private void welcome(boolean first, Duration took) {
    URI address = address();
    Path tokenFile = folder.file("admin.token");
    say.accept(
        "Trialog is ready at %s after %.1f s; its data is in %s."
            .formatted(address, took.toMillis() / 1000.0, folder.path()));
    say.accept(
        first
            ? "Admin token (kept in %s): %s".formatted(tokenFile, adminToken)
            : "The admin token is in %s.".formatted(tokenFile));
    say.accept("Try next:");
    say.accept(
        "  curl -H \"Authorization: Bearer $(cat %s)\" %s/api/v1/experiments"
            .formatted(tokenFile, address));
    say.accept(
        "  ops/bin/replay FILE.csv --subject COL --time COL --variant COL --outcome COL"
            + " --url %s --token-file %s".formatted(address, tokenFile));
    say.accept(
        "  ops/bin/trialog-audit export --url %s --token-file %s DIR && ops/bin/trialog-audit verify"
                .formatted(address, tokenFile)
            + " --policy %s DIR".formatted(folder.file(POLICY)));
    say.accept("Ctrl-C ends it. The log is in %s.".formatted(folder.file("logs")));
  }

  private void play() {
    demo = Demo.start(address(), adminToken, folder.file("demo"), say);
  }

  private static StartRefused refusal(RuntimeException e, Options options) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof StartRefused refused) {
        return refused;
      }
      if (cause instanceof PortInUseException) {
        return new StartRefused(
            "Port %d of %s is in use; end what uses it, or choose another with --port."
                .formatted(options.port(), options.host()),
            e);
      }
    }
    LOG.error("the platform did not start", e);
    return new StartRefused(
        "Trialog did not start: %s. More is in %s."
            .formatted(e.getMessage(), options.data().resolve("logs")),
        e);
  }

  private static void quietly(String part, @Nullable AutoCloseable closeable) {
    if (closeable == null) {
      return;
    }
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.error("{} did not close", part, e);
    }
  }
}
