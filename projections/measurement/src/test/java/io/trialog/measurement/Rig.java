package io.trialog.measurement;

import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import io.trialog.measurement.store.FoldedCount;
import io.trialog.measurement.store.JdbcMetricsStore;
import io.trialog.measurement.store.MetricsStore;
import io.trialog.measurement.store.PanesConsumer;
import io.trialog.measurement.store.VariantTotals;
import io.trialog.measurement.stream.MeasurementJob;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * Broker, job and store on one folder, as the standalone application runs them. As a program it
 * runs until its standard input ends, so that a test can kill it.
 */
public final class Rig implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Nobody releases it: a wait for a while that ends early only by an interrupt. */
  private static final Semaphore NEVER = new Semaphore(0);

  public final EmbeddedKafka kafka;
  public final MetricsStore store;
  public final MeasurementJob job;
  private final PanesConsumer consumer;
  private final JdbcConnectionPool pool;

  private Rig(Path folder, int brokerPort, int controllerPort) {
    kafka = EmbeddedKafka.at(folder.resolve("kafka"), brokerPort, controllerPort);
    kafka.start();
    Topics.createMissing(kafka.bootstrap(), 1, (short) 1, Duration.ofSeconds(30));
    pool = pool(folder);
    store = store(pool);
    job =
        MeasurementJob.start(
            MeasurementJob.Settings.of(kafka.bootstrap(), folder.resolve("stream"))
                .withTransactionTimeout(EmbeddedKafka.TRANSACTION_TIMEOUT));
    consumer = PanesConsumer.start(kafka.bootstrap(), store, Clock.systemUTC(), changed -> {});
  }

  /** Starts all three on free ports. */
  public static Rig on(Path folder) {
    return new Rig(folder, 0, 0);
  }

  private static JdbcConnectionPool pool(Path folder) {
    return JdbcConnectionPool.create(
        "jdbc:h2:file:" + folder.resolve("metrics") + ";WRITE_DELAY=0", "sa", "");
  }

  private static MetricsStore store(JdbcConnectionPool pool) {
    var store = new JdbcMetricsStore(pool, Clock.systemUTC());
    store.createTables();
    return store;
  }

  /** The totals that a stopped rig left on disk. */
  public static Map<CellKey, CellSums> totalsOnDisk(Path folder) {
    JdbcConnectionPool pool = pool(folder);
    try {
      return totals(store(pool));
    } finally {
      pool.dispose();
    }
  }

  /** Everything the store says, in the form of {@link Reference#totals}, health on variant "". */
  public static Map<CellKey, CellSums> totals(MetricsStore store) {
    var cells = new HashMap<CellKey, CellSums>();
    for (String experiment : List.of("checkout", "search", "badge")) {
      var sums = store.sums(experiment);
      sums.variants().forEach(v -> add(cells, experiment, "", v));
      Traffic.segmentNames()
          .forEach(name ->
              store
                  .segments(experiment, name)
                  .forEach(s -> add(cells, experiment, name + "=" + s.value(), s.totals())));
      var h = sums.health();
      cells.put(
          new CellKey(experiment, 0, "", "", "", 0),
          CellSums.health(h.twoArms(), h.dupExposures(), h.dupOutcomes(), 0));
    }
    cells.values().removeIf(CellSums::isZero);
    return Reference.normal(cells);
  }

  private static void add(
      Map<CellKey, CellSums> cells, String experiment, String segment, VariantTotals v) {
    cells.put(
        new CellKey(experiment, v.epoch(), v.variant(), segment, "", 0), CellSums.subjects(v.n()));
    v.metrics()
        .forEach((metric, m) ->
            cells.put(
                new CellKey(experiment, v.epoch(), v.variant(), segment, metric, 0),
                CellSums.metric(m.withOutcome(), m.s1(), m.s2(), m.s3(), m.u1(), m.u2())));
  }

  /** The reference in the form of {@link #totals}: counts of health on variant "" of epoch 0. */
  public static Map<CellKey, CellSums> expected(Map<CellKey, CellSums> reference) {
    var cells = new HashMap<CellKey, CellSums>();
    reference.forEach((k, s) -> {
      var zero = BigDecimal.ZERO;
      var sums =
          new CellSums(s.n(), s.withOutcome(), s.s1(), s.s2(), s.s3(), s.u1(), s.u2(), 0, 0, 0, 0);
      cells.merge(
          new CellKey(k.experiment(), k.epoch(), k.variant(), k.segment(), k.metric(), 0),
          sums,
          CellSums::plus);
      cells.merge(
          new CellKey(k.experiment(), 0, "", "", "", 0),
          new CellSums(
              0,
              0,
              zero,
              zero,
              zero,
              zero,
              zero,
              s.twoArms(),
              s.dupExposures(),
              s.dupOutcomes(),
              0),
          CellSums::plus);
    });
    cells.values().removeIf(CellSums::isZero);
    return Reference.normal(cells);
  }

  /** A producer that waits for the broker, also when it is being restarted. */
  public static Producer<String, byte[]> producer(String bootstrap) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "acks", "all",
            "delivery.timeout.ms", "120000",
            "max.block.ms", "120000"),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  /** Sends an exposure or outcome as the collector would. */
  public static void send(Producer<String, byte[]> producer, Object event) {
    producer.send(
        switch (event) {
          case Exposure e ->
              new ProducerRecord<>(Topics.EXPOSURES, e.subject(), EventJson.write(e));
          case Outcome o -> new ProducerRecord<>(Topics.OUTCOMES, o.subject(), EventJson.write(o));
          default -> throw new AssertionError(event);
        });
  }

  /** Generations of all committed panes; more than one means that a job lost its state. */
  public static Set<Long> generations(String bootstrap) {
    var partition = new TopicPartition(Topics.PANES, 0);
    var generations = new HashSet<Long>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers", bootstrap, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (consumer.position(partition) < end && System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          generations.add(PaneJson.read(record.value()).generation());
        }
      }
    } catch (FieldRefused e) {
      throw new AssertionError(e);
    }
    return generations;
  }

  /** Records folded of a topic. */
  public long folded(String topic) {
    return store.folded().getOrDefault(topic + "-0", new FoldedCount(0, 0)).records();
  }

  /** Waits until a condition holds, at most a minute. */
  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      NEVER.tryAcquire(20, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    job.close();
    consumer.close();
    kafka.close();
    pool.dispose();
  }

  /** Runs on a folder and two ports, says what is folded, stops when the standard input ends. */
  public static void main(String[] args) throws Exception {
    try (var rig =
        new Rig(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]))) {
      var reporter =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                try {
                  report(rig);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      while (System.in.read() >= 0) {
        // until the parent closes the pipe
      }
      reporter.interrupt();
    }
    System.exit(0);
  }

  private static void report(Rig rig) throws InterruptedException {
    long last = -1;
    while (true) {
      long now = rig.folded(Topics.EXPOSURES) + rig.folded(Topics.OUTCOMES);
      if (now != last) {
        System.out.println("FOLDED " + now + " " + rig.job.status());
        last = now;
      }
      NEVER.tryAcquire(50, TimeUnit.MILLISECONDS);
    }
  }
}
