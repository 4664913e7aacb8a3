package io.trialog.sdk.kafka;

import io.trialog.sdk.TrialogClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Brings a client the kills and snapshots that are on Kafka (protocol clause 13), on a daemon
 * thread, from the beginning of both topics and then as they come. It belongs to no consumer group
 * and commits nothing: every process reads everything, and starts over when it starts.
 *
 * <p>It brings the statements about keys too (protocol clause 12.8), so that a client that hears
 * nothing else follows a rotation and gives up a stolen key.
 *
 * <p>The client verifies what it is brought, so the broker is not trusted with more than the
 * delivery. It works while the platform is away, and it is a second way beside the client's own: a
 * kill is obeyed when it comes by the first of them. The client needs its key configured, or kept
 * from an earlier start: what comes before it has one waits, the newest of each key of the topics.
 *
 * <p>While Kafka is away it tries again, for ever. Any thread may call.
 */
public final class KafkaSource implements AutoCloseable {
  /** Kills, and what took them back; the first thing read. */
  public static final String KILL_SWITCH = "trialog.kill-switch";

  /** The newest snapshot of each environment, and the statements about its keys. */
  public static final String SNAPSHOTS = "trialog.snapshots";

  /** What the client's listener is told that these notes came by. */
  public static final String ORIGIN = "kafka";

  private static final String ENVIRONMENT = "environment";

  /** What the key of the statements about an environment's keys has after the environment. */
  private static final String STATEMENTS = "/keys";

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final int MOST_WAITING = 10_000;

  /**
   * What it did so far.
   *
   * @param reading whether the topics were found and the last poll went well
   * @param offered notes that the client was given
   * @param skipped records of other environments
   * @param failures times that Kafka refused or did not answer
   * @param lastFailure why, the last time; null when there was none
   */
  public record Status(
      boolean reading, long offered, long skipped, long failures, @Nullable String lastFailure) {}

  private final TrialogClient client;
  private final Map<String, Object> settings;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicLong offered = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final Map<String, ConsumerRecord<byte[], byte[]>> waiting = new LinkedHashMap<>();
  private final Thread thread;

  /**
   * Whether the client has refused something that other keys might have signed; its thread's own.
   */
  private boolean refused;

  /** Whether it has learnt of other keys since; its thread's own. */
  private boolean again;

  private volatile @Nullable String lastFailure;
  private volatile @Nullable Consumer<byte[], byte[]> open;

  private KafkaSource(TrialogClient client, Map<String, Object> settings) {
    this.client = client;
    this.settings = settings;
    this.thread = new Thread(this::run, "trialog-kafka");
    thread.setDaemon(true);
  }

  /** Begins to read from brokers without access control, {@code host:port[,host:port]}. */
  public static KafkaSource start(TrialogClient client, String bootstrap) {
    return start(client, Map.of("bootstrap.servers", bootstrap));
  }

  /**
   * Begins to read; returns at once, whether Kafka answers or not. Closing the client does not
   * close the source.
   *
   * @param kafka settings of Kafka's consumer: {@code bootstrap.servers}, and what security needs.
   *     Group, deserializers and committing are not for the caller to say
   * @throws IllegalArgumentException without {@code bootstrap.servers}
   */
  public static KafkaSource start(TrialogClient client, Map<String, ?> kafka) {
    if (!kafka.containsKey("bootstrap.servers")) {
      throw new IllegalArgumentException("expected bootstrap.servers, found " + kafka.keySet());
    }
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.remove("group.id");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.putIfAbsent("client.id", "trialog-sdk");
    // One record at least always comes, however large; this bounds what comes with it.
    settings.putIfAbsent("max.partition.fetch.bytes", 1 << 20);
    KafkaSource source = new KafkaSource(client, settings);
    source.thread.start();
    return source;
  }

  /** What it did so far; never blocks. */
  public Status status() {
    return new Status(reading.get(), offered.get(), skipped.get(), failures.get(), lastFailure);
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  private void run() {
    try {
      while (isOpen()) {
        readUntilFailure();
        reading.set(false);
        closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readUntilFailure() {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      open = consumer;
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (isOpen()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          take(record);
        }
        reading.set(true);
        offerWaiting();
        if (again) {
          again = false;
          refused = false;
          consumer.seekToBeginning(partitions);
        }
      }
    } catch (WakeupException e) {
      // Closing wakes the poll; nobody else does.
    } catch (RuntimeException e) {
      // In this order: who sees a failure counted finds out why.
      lastFailure = e.getClass().getSimpleName() + ": " + e.getMessage();
      failures.incrementAndGet();
    } finally {
      open = null;
    }
  }

  /** Kills first. A topic that is missing is a failure: the platform makes both. */
  private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : List.of(KILL_SWITCH, SNAPSHOTS)) {
      List<PartitionInfo> found = consumer.partitionsFor(topic, ANSWER);
      if (found == null || found.isEmpty()) {
        throw new IllegalStateException("the topic " + topic + " is not there");
      }
      found.forEach(each -> partitions.add(new TopicPartition(topic, each.partition())));
    }
    return partitions;
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || !isOurs(record)) {
      skipped.incrementAndGet();
      return;
    }
    if (!isStatements(record)) {
      offered.incrementAndGet();
    }
    if (offer(record) == TrialogClient.Offer.NO_KEY && waiting.size() < MOST_WAITING) {
      waiting.put(record.topic() + "/" + text(record.key()), record);
    }
  }

  private void offerWaiting() {
    waiting.values().removeIf(record -> offer(record) != TrialogClient.Offer.NO_KEY);
  }

  /**
   * What was refused before its key was known, or because of the position of what a stolen key
   * signed, is on the topics still: they are read again once the client has learnt something, which
   * the signatures of the statements limit to once for each of them.
   */
  private TrialogClient.Offer offer(ConsumerRecord<byte[], byte[]> record) {
    if (isStatements(record)) {
      TrialogClient.Offer offer = client.offerStatements(record.value(), ORIGIN);
      again |= refused && offer == TrialogClient.Offer.ACCEPTED;
      return offer;
    }
    TrialogClient.Offer offer = client.offer(record.value(), ORIGIN);
    refused |= offer == TrialogClient.Offer.REFUSED;
    return offer;
  }

  private boolean isStatements(ConsumerRecord<byte[], byte[]> record) {
    return record.topic().equals(SNAPSHOTS)
        && text(record.key()).equals(client.environment() + STATEMENTS);
  }

  /**
   * Whether a record says that it is another environment's. The word of the record is no more than
   * a hint: one that says it is ours, or says nothing, is for the client to judge.
   */
  private boolean isOurs(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(SNAPSHOTS)) {
      return isStatements(record) || text(record.key()).equals(client.environment());
    }
    Header header = record.headers().lastHeader(ENVIRONMENT);
    return header == null || text(header.value()).equals(client.environment());
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** Ends the reading; waits up to 5 s. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    Consumer<byte[], byte[]> consumer = open;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      thread.join(ANSWER.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
