package io.trialog.command.control;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads control messages of one topic from Kafka, one after the other. A message that cannot be
 * carried out is tried again with a pause, and its successors wait: a kill is never skipped. The
 * offset is committed after the deed, so a crash repeats a message, which its idempotency makes
 * harmless.
 */
public final class ControlConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private final KafkaConsumer<String, byte[]> consumer;
  private final String topic;
  private final Consumer<byte[]> deed;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins at once.
   *
   * @param topic also names the consumer group, with a dash for each dot
   */
  public ControlConsumer(String bootstrap, String topic, Consumer<byte[]> deed) {
    this.topic = topic;
    this.deed = deed;
    String group = topic.replace('.', '-');
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            ConsumerConfig.GROUP_ID_CONFIG, group,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10"));
    consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    thread = Thread.ofPlatform().daemon().name(group).start(this::run);
  }

  private void run() {
    try (consumer) {
      consumer.subscribe(List.of(topic));
      while (!closed) {
        pollAndGoOn();
      }
    } catch (WakeupException e) {
      LOG.debug("{} closes", topic);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Trouble with Kafka passes; a thread that ended because of it would let a kill lie. */
  private void pollAndGoOn() throws InterruptedException {
    try {
      poll();
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("{} waits for Kafka: {}", topic, e.toString());
      Thread.sleep(PAUSE);
    }
  }

  private void poll() throws InterruptedException {
    ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
    for (ConsumerRecord<String, byte[]> record : records) {
      if (!done(record)) {
        return;
      }
    }
  }

  private boolean done(ConsumerRecord<String, byte[]> record) throws InterruptedException {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    try {
      deed.accept(record.value());
    } catch (RuntimeException e) {
      LOG.warn("{} at offset {} tried again: {}", topic, record.offset(), e.toString());
      consumer.seek(partition, record.offset());
      Thread.sleep(PAUSE);
      return false;
    }
    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
    return true;
  }

  /** Whether messages are being read. */
  public boolean isAlive() {
    return thread.isAlive() && !closed;
  }

  /** Waits at most 10 s for the message at hand; one that is cut off comes again. */
  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      if (!thread.join(CLOSE)) {
        LOG.warn("{} did not end within {}", topic, CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
