package io.trialog.publishers.kafka;

import io.trialog.measurement.kafka.Topics;
import io.trialog.publishers.OutletException;
import io.trialog.publishers.SnapshotOutlet;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.snapshots.PublishedSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots on {@code trialog.snapshots}: key the environment, value the signed note. Compacted, so
 * a snapshot that is put again changes nothing, and whoever reads from the beginning has the newest
 * in the end. Each call waits until all replicas have it, up to 6 s.
 *
 * <p>The topic may hold an older snapshot behind a newer one, when two processes of an installation
 * publish: readers refuse the older.
 */
public final class SnapshotTopic implements SnapshotOutlet {
  private static final Duration LIMIT = Duration.ofSeconds(6);

  private final KafkaProducer<byte[], byte[]> producer;

  /** Does not connect yet; the topic must exist by the first snapshot. */
  public SnapshotTopic(String bootstrap) {
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "client.id", "trialog-snapshots",
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "0",
                "compression.type", "gzip",
                "max.request.size", Topics.MOST_NOTE_BYTES,
                "max.block.ms", "3000",
                "request.timeout.ms", "3000",
                "delivery.timeout.ms", "5000"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @Override
  public String name() {
    return "snapshot_topic";
  }

  @Override
  public void put(PublishedSnapshot newest) {
    byte[] key = newest.environment().getBytes(StandardCharsets.UTF_8);
    byte[] note = newest.note().getBytes(StandardCharsets.UTF_8);
    if (note.length > SnapshotReader.MAX_BYTES) {
      throw unknown(newest, "it has %d bytes, more than readers take".formatted(note.length), null);
    }
    try {
      producer
          .send(new ProducerRecord<>(Topics.SNAPSHOTS, key, note))
          .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unknown(newest, String.valueOf(e.getCause()), e);
    } catch (TimeoutException | KafkaException e) {
      throw unknown(newest, e.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(newest, "interrupted", e);
    }
  }

  private static OutletException unknown(
      PublishedSnapshot snapshot, String why, @Nullable Exception cause) {
    return new OutletException(
        "the snapshot of %s at %d is not known to be on %s: %s"
            .formatted(snapshot.environment(), snapshot.position(), Topics.SNAPSHOTS, why),
        cause);
  }

  @Override
  public void close() {
    producer.close(LIMIT);
  }
}
