package io.trialog.projections;

import io.trialog.measurement.kafka.Topics;
import io.trialog.snapshots.KillAnnouncer;
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

/**
 * Kills on {@code trialog.kill-switch}: key the experiment, {@code flag/key} or {@code
 * environment/key}, value the signed note that enforces the kill, or that ended it. The topic is
 * compacted, so a kill that is announced again changes nothing. A header {@code environment} says
 * whose snapshot it is, so that readers of others need not look. Each call blocks until all
 * replicas have it, up to 5 s.
 */
final class KafkaKillSwitch implements KillAnnouncer.Listener, AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final KafkaProducer<byte[], byte[]> producer;

  /** Does not connect yet; the topic must exist by the first kill. */
  KafkaKillSwitch(String bootstrap) {
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "client.id", "trialog-kill-switch",
                "acks", "all",
                "enable.idempotence", "true",
                "linger.ms", "0",
                "max.request.size", Topics.MOST_NOTE_BYTES,
                "max.block.ms", "2000",
                "request.timeout.ms", "2000",
                "delivery.timeout.ms", "4000"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @Override
  public void killed(KillAnnouncer.Notice notice) {
    byte[] key = notice.key().getBytes(StandardCharsets.UTF_8);
    byte[] note = notice.snapshot().note().getBytes(StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(Topics.KILL_SWITCH, key, note);
    String environment = notice.snapshot().environment();
    record.headers().add("environment", environment.getBytes(StandardCharsets.UTF_8));
    try {
      producer.send(record).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw unknown(notice.key(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(notice.key(), e);
    }
  }

  private static IllegalStateException unknown(String key, Exception cause) {
    return new IllegalStateException(
        "the kill of %s is not known to be on %s".formatted(key, Topics.KILL_SWITCH), cause);
  }

  @Override
  public void close() {
    producer.close(LIMIT);
  }
}
