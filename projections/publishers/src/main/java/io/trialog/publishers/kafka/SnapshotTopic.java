package io.trialog.publishers.kafka;

import io.trialog.measurement.kafka.Topics;
import io.trialog.publishers.OutletException;
import io.trialog.publishers.SnapshotOutlet;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.note.KeyStatements;
import io.trialog.snapshots.PublishedSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
 * Snapshots on {@code trialog.snapshots}: key the environment, value the signed note; and key
 * {@code <environment>/keys}, value the statements about its keys. Compacted, so a snapshot that is
 * put again changes nothing, and whoever reads from the beginning has the newest in the end. Each
 * call waits until all replicas have it, up to 6 s.
 *
 * <p>The topic may hold an older snapshot behind a newer one, when two processes of an installation
 * publish: readers refuse the older.
 */
public final class SnapshotTopic implements SnapshotOutlet {
  private static final String KEYS = "/keys";
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
    String what = "snapshot of %s at %d".formatted(newest.environment(), newest.position());
    send(what, newest.environment(), utf8(newest.note()), SnapshotReader.MAX_BYTES);
  }

  @Override
  public void putKeyStatements(String environment, List<String> statements) {
    String what = "list of statements about the keys of " + environment;
    byte[] list = KeyStatements.write(statements);
    send(what, environment + KEYS, list, KeyStatements.MAX_BYTES);
  }

  private void send(String what, String key, byte[] value, int mostBytes) {
    if (value.length > mostBytes) {
      throw unknown(what, "it has %d bytes, more than readers take".formatted(value.length), null);
    }
    try {
      producer
          .send(new ProducerRecord<>(Topics.SNAPSHOTS, utf8(key), value))
          .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unknown(what, String.valueOf(e.getCause()), e);
    } catch (TimeoutException | KafkaException e) {
      throw unknown(what, e.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(what, "interrupted", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static OutletException unknown(String what, String why, @Nullable Exception cause) {
    return new OutletException(
        "the %s is not known to be on %s: %s".formatted(what, Topics.SNAPSHOTS, why), cause);
  }

  @Override
  public void close() {
    producer.close(LIMIT);
  }
}
