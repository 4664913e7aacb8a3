package io.trialog.benchmarks;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.SnapshotHolder;
import io.trialog.sdk.core.SnapshotRefusedException;
import io.trialog.sdk.core.note.VerifierKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** The kill-switch topic, read from now on; each note is checked as the SDK checks it. */
final class KafkaWay implements SdkWay {
  private static final TopicPartition TOPIC = new TopicPartition("trialog.kill-switch", 0);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final String bootstrap;
  private final SnapshotHolder holder;
  private volatile boolean closed;
  private @Nullable Thread reader;

  KafkaWay(String bootstrap, VerifierKey key) {
    this.bootstrap = bootstrap;
    this.holder = new SnapshotHolder("production", key);
  }

  @Override
  public void open(Runnable changed) {
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap, "enable.auto.commit", "false"), bytes, bytes);
    consumer.assign(List.of(TOPIC));
    consumer.seekToEnd(List.of(TOPIC));
    consumer.position(TOPIC);
    reader = Thread.ofPlatform().daemon().start(() -> read(consumer, changed));
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer, Runnable changed) {
    try (consumer) {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> each : consumer.poll(POLL)) {
          offer(each.value());
          changed.run();
        }
      }
    }
  }

  private void offer(byte[] note) {
    try {
      holder.offer(note);
    } catch (SnapshotRefusedException e) {
      System.err.println("refused: " + e.getMessage());
    }
  }

  @Override
  public Decision peek(String experiment, Context context) {
    return Evaluator.evaluate(holder.current(), experiment, context, "none");
  }

  @Override
  public void close() {
    closed = true;
    try {
      if (reader != null) {
        reader.join(CLOSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
