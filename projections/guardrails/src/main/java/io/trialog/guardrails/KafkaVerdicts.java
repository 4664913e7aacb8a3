package io.trialog.guardrails;

import io.trialog.language.GuardrailReport;
import io.trialog.language.Verdict;
import io.trialog.language.wire.ControlMessage;
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
 * Verdicts on {@code trialog.verdicts} and reports on {@code trialog.guardrail-reports}, as signed
 * notes under the key of the experiment. A message counts as there once all replicas in sync have
 * it. Thread-safe; each call blocks up to 10 s.
 */
public final class KafkaVerdicts implements Verdicts, AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final GuardrailKeys keys;
  private final KafkaProducer<byte[], byte[]> producer;

  /** Does not connect yet; the topics must exist by the first message. */
  public KafkaVerdicts(String bootstrap, GuardrailKeys keys) {
    this.keys = keys;
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
  public void publish(String environment, Verdict verdict) {
    send(
        Topics.VERDICTS,
        verdict.experiment(),
        ControlMessage.of(ControlMessage.Kind.VERDICT, environment, verdict),
        verdict.evidence().verdictId());
  }

  @Override
  public void publish(String environment, GuardrailReport report) {
    send(
        Topics.GUARDRAIL_REPORTS,
        report.experiment(),
        ControlMessage.of(ControlMessage.Kind.GUARDRAIL_REPORT, environment, report),
        report.report());
  }

  private void send(String topic, String experiment, ControlMessage message, String id) {
    byte[] note = keys.sign(message).getBytes(StandardCharsets.UTF_8);
    byte[] key = experiment.getBytes(StandardCharsets.UTF_8);
    try {
      producer
          .send(new ProducerRecord<>(topic, key, note))
          .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw unknown(topic, experiment, id, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(topic, experiment, id, e);
    }
  }

  private static VerdictsUnavailable unknown(
      String topic, String experiment, String id, Exception cause) {
    return new VerdictsUnavailable(
        "%s on %s is not known to be on %s".formatted(id, experiment, topic), cause);
  }

  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }
}
