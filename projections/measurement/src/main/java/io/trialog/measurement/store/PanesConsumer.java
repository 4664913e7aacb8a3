package io.trialog.measurement.store;

import io.trialog.measurement.FieldRefused;
import io.trialog.measurement.PaneJson;
import io.trialog.measurement.kafka.Topics;
import io.trialog.measurement.store.MetricsStore.Delivery;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code trialog.panes} and adds it to the store, on a thread of its own. The store knows the
 * offsets, so Kafka's groups are not used; committed records only. An error of Kafka or of the
 * store is logged and tried again each second.
 */
public final class PanesConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PanesConsumer.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration PARTITION_LOOK = Duration.ofMinutes(1);

  private final String bootstrap;
  private final MetricsStore store;
  private final Clock clock;
  private final Consumer<Set<String>> listener;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicLong malformed = new AtomicLong();
  private volatile @Nullable KafkaConsumer<byte[], byte[]> open;
  private volatile @Nullable Instant caughtUpAt;
  private volatile @Nullable String trouble = "not started yet";

  private PanesConsumer(
      String bootstrap, MetricsStore store, Clock clock, Consumer<Set<String>> listener) {
    this.bootstrap = bootstrap;
    this.store = store;
    this.clock = clock;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("panes-consumer").unstarted(this::run);
  }

  /**
   * Begins to read.
   *
   * @param listener told, on the consumer's thread, which experiments changed, after the change is
   *     committed. What it throws is logged. A crash may keep it from being told: look at
   *     everything once at start
   */
  public static PanesConsumer start(
      String bootstrap, MetricsStore store, Clock clock, Consumer<Set<String>> listener) {
    var consumer = new PanesConsumer(bootstrap, store, clock, listener);
    consumer.thread.start();
    return consumer;
  }

  /** When the store last held everything committed to the topic; empty before the first time. */
  public Optional<Instant> caughtUpAt() {
    return Optional.ofNullable(caughtUpAt);
  }

  /** What keeps it from reading; empty while it is well. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Records of the topic that were not ours and were passed over. */
  public long malformed() {
    return malformed.get();
  }

  /** Stops, waiting at most 20 s for the batch at hand. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    var consumer = open;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      if (!thread.join(STOP_LIMIT)) {
        LOG.warn("the panes consumer did not stop in {} s", STOP_LIMIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (closing.getCount() > 0) {
      try (var consumer =
          new KafkaConsumer<>(
              settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        open = consumer;
        read(consumer);
      } catch (WakeupException e) {
        LOG.debug("woken up to stop");
      } catch (RuntimeException e) {
        trouble = String.valueOf(e);
        LOG.warn("panes are not being added; trying again", e);
      } finally {
        open = null;
      }
      pause();
    }
    trouble = "closed";
  }

  private void pause() {
    try {
      if (closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("closing");
      }
    } catch (InterruptedException e) {
      closing.countDown();
    }
  }

  private Map<String, Object> settings() {
    return Map.of(
        "bootstrap.servers", bootstrap,
        "client.id", "trialog-panes-consumer",
        "isolation.level", "read_committed",
        "enable.auto.commit", "false",
        // Without an offset that still exists: from the beginning.
        "auto.offset.reset", "earliest",
        "max.poll.records", "5000",
        "fetch.max.wait.ms", "200",
        "default.api.timeout.ms", Long.toString(ANSWER.toMillis()));
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = partitions(consumer);
    consumer.assign(partitions);
    Map<String, Long> offsets = store.offsets();
    for (TopicPartition partition : partitions) {
      consumer.seek(partition, offsets.getOrDefault(partition.toString(), 0L));
    }
    long lookAgainNanos = System.nanoTime() + PARTITION_LOOK.toNanos();
    while (closing.getCount() > 0) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      if (!records.isEmpty()) {
        add(records, positions(consumer, partitions));
      }
      trouble = null;
      noteLag(consumer, partitions);
      if (System.nanoTime() - lookAgainNanos > 0) {
        if (partitions(consumer).size() != partitions.size()) {
          return;
        }
        lookAgainNanos = System.nanoTime() + PARTITION_LOOK.toNanos();
      }
    }
  }

  private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
    List<PartitionInfo> infos = consumer.partitionsFor(Topics.PANES, ANSWER);
    if (infos.isEmpty()) {
      throw new IllegalStateException("the topic " + Topics.PANES + " does not exist");
    }
    return infos.stream().map(i -> new TopicPartition(i.topic(), i.partition())).toList();
  }

  private static Map<String, Long> positions(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    var positions = new HashMap<String, Long>();
    for (TopicPartition partition : partitions) {
      positions.put(partition.toString(), consumer.position(partition, ANSWER));
    }
    return positions;
  }

  private void add(ConsumerRecords<byte[], byte[]> records, Map<String, Long> positions) {
    var deliveries = new ArrayList<Delivery>(records.count());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      delivery(record).ifPresent(deliveries::add);
    }
    Set<String> changed = store.apply(deliveries, positions);
    if (changed.isEmpty()) {
      return;
    }
    try {
      listener.accept(changed);
    } catch (RuntimeException e) {
      LOG.error("a listener to sums failed for {}", changed, e);
    }
  }

  private Optional<Delivery> delivery(ConsumerRecord<byte[], byte[]> record) {
    String partition = record.topic() + "-" + record.partition();
    try {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      return Optional.of(new Delivery(partition, record.offset(), PaneJson.read(value)));
    } catch (FieldRefused e) {
      malformed.incrementAndGet();
      LOG.error(
          "{} at {} is not a pane and is passed over: {}",
          partition,
          record.offset(),
          e.getMessage());
      return Optional.empty();
    }
  }

  private void noteLag(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      if (consumer.currentLag(partition).orElse(1) > 0) {
        return;
      }
    }
    caughtUpAt = clock.instant();
  }
}
