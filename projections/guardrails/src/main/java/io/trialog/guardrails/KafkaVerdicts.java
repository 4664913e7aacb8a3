package io.trialog.guardrails;

import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.kafka.Topics;
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
 * Verdicts on {@code trialog.verdicts}, as JSON under the key of the experiment. A verdict counts
 * as there once all replicas in sync have it. Thread-safe; each call blocks up to 10 s.
 */
public final class KafkaVerdicts implements Verdicts, AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final KafkaProducer<byte[], byte[]> producer;

  /** Does not connect yet; the topic must exist by the first verdict. */
  public KafkaVerdicts(String bootstrap) {
    this.producer =
        new KafkaProducer<>(
            settings(bootstrap), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> settings(String bootstrap) {
    return Map.of(
        "bootstrap.servers",
        bootstrap,
        "client.id",
        "trialog-verdicts",
        "acks",
        "all",
        "enable.idempotence",
        "true",
        "linger.ms",
        "0",
        "max.block.ms",
        Long.toString(LIMIT.toMillis() / 2),
        "request.timeout.ms",
        Long.toString(LIMIT.toMillis() / 4),
        "delivery.timeout.ms",
        Long.toString(LIMIT.toMillis() / 2));
  }

  @Override
  public void publish(Verdict verdict) {
    var verdictRecord =
        new ProducerRecord<>(
            Topics.VERDICTS,
            verdict.experiment().getBytes(StandardCharsets.UTF_8),
            JsonCodec.encode(verdict));
    try {
      producer.send(verdictRecord).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw unknown(verdict, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(verdict, e);
    }
  }

  private static VerdictsUnavailable unknown(Verdict verdict, Exception cause) {
    return new VerdictsUnavailable(
        "verdict %s on %s is not known to be on %s"
            .formatted(verdict.evidence().verdictId(), verdict.experiment(), Topics.VERDICTS),
        cause);
  }

  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }
}
