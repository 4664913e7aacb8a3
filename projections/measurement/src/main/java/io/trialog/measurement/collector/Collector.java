package io.trialog.measurement.collector;

import io.trialog.measurement.DeadLetter;
import io.trialog.measurement.EventJson;
import io.trialog.measurement.Exposure;
import io.trialog.measurement.Outcome;
import io.trialog.measurement.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Takes batches and puts them into Kafka. All methods may be called from many threads; {@link
 * #accept} blocks until Kafka has the batch on all its replicas, at most about 10 s.
 */
public final class Collector implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration METADATA_LIMIT = Duration.ofSeconds(3);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final Catalogue catalogue;
  private final Clock clock;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder unavailable = new LongAdder();

  /**
   * Counts since the start.
   *
   * @param acceptedItems in Kafka
   * @param rejectedItems turned away one by one
   * @param refusedBatches that could not be read
   * @param unconfirmedBatches for which Kafka was away
   */
  public record Counts(
      long acceptedItems, long rejectedItems, long refusedBatches, long unconfirmedBatches) {}

  /** Connects lazily: Kafka need not be up yet. */
  public Collector(String bootstrap, Catalogue catalogue, Clock clock) {
    this.producer =
        new KafkaProducer<>(
            settings(bootstrap), new ByteArraySerializer(), new ByteArraySerializer());
    this.catalogue = catalogue;
    this.clock = clock;
  }

  private static Map<String, Object> settings(String bootstrap) {
    return Map.of(
        "bootstrap.servers", bootstrap,
        "client.id", "trialog-collector",
        "acks", "all",
        "enable.idempotence", "true",
        "linger.ms", "1",
        "max.block.ms", Long.toString(METADATA_LIMIT.toMillis()),
        "request.timeout.ms", "5000",
        "delivery.timeout.ms", Long.toString(LIMIT.toMillis()),
        "reconnect.backoff.max.ms", "1000");
  }

  /**
   * Reads, judges and writes one batch. Late data is ordinary: an experiment that is paused, killed
   * or concluded still takes exposures.
   *
   * @param body UTF-8 JSON of {@code POST /api/v1/batches}
   * @return what was accepted, once Kafka has it; it may be nothing, see {@link
   *     Receipt#allRejected}
   * @throws BatchRefused if the batch cannot be read; nothing was written
   * @throws StreamUnavailable if Kafka does not confirm it in time; send it again with the same ids
   */
  public Receipt accept(byte[] body) throws BatchRefused, StreamUnavailable {
    Batch batch;
    Instant now = clock.instant();
    try {
      batch = Batch.read(body, catalogue, now);
    } catch (BatchRefused e) {
      refused.increment();
      throw e;
    }
    Map<String, Long> offsets = write(batch, now);
    int taken = batch.exposures().size() + batch.outcomes().size();
    accepted.add(taken);
    rejected.add(batch.refusals().size());
    return new Receipt(
        taken, batch.refusals().stream().map(Batch.Refusal::rejected).toList(), offsets);
  }

  /** Counts since the start. */
  public Counts counts() {
    return new Counts(accepted.sum(), rejected.sum(), refused.sum(), unavailable.sum());
  }

  /** Waits at most 5 s for what is under way. */
  @Override
  public void close() {
    producer.close(CLOSE_LIMIT);
  }

  private Map<String, Long> write(Batch batch, Instant now) throws StreamUnavailable {
    long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
    try {
      List<Future<RecordMetadata>> events = new ArrayList<>();
      for (Exposure e : batch.exposures()) {
        events.add(send(Topics.EXPOSURES, e.subject(), EventJson.write(e)));
      }
      for (Outcome o : batch.outcomes()) {
        events.add(send(Topics.OUTCOMES, o.subject(), EventJson.write(o)));
      }
      List<Future<RecordMetadata>> letters = new ArrayList<>();
      for (Batch.Refusal refusal : batch.refusals()) {
        letters.add(deadLetter(refusal, now));
      }
      offsets(letters, deadlineNanos);
      return offsets(events, deadlineNanos);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      unavailable.increment();
      throw new StreamUnavailable("Kafka did not confirm the batch", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      unavailable.increment();
      throw new StreamUnavailable("interrupted while waiting for Kafka", e);
    }
  }

  private Future<RecordMetadata> send(String topic, String subject, byte[] value)
      throws ExecutionException, InterruptedException {
    byte[] key = subject.getBytes(StandardCharsets.UTF_8);
    return send(new ProducerRecord<>(topic, key, value));
  }

  private Future<RecordMetadata> deadLetter(Batch.Refusal refusal, Instant now)
      throws ExecutionException, InterruptedException {
    Receipt.Rejected r = refusal.rejected();
    byte[] letter = DeadLetter.ofItem(r.kind(), now, r.code(), r.detail(), refusal.event());
    return send(new ProducerRecord<>(Topics.DEAD_LETTERS, letter));
  }

  private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record)
      throws ExecutionException, InterruptedException {
    Future<RecordMetadata> sent = producer.send(record);
    if (sent.isDone()) {
      // Without a broker each send blocks for 3 s and then fails at once: the first failure must
      // end
      // the batch, or a thousand of them would hold the thread for an hour.
      sent.get();
    }
    return sent;
  }

  /** Waits for all and answers, by topic and partition, the offset after the last of them. */
  private static Map<String, Long> offsets(List<Future<RecordMetadata>> sent, long deadlineNanos)
      throws ExecutionException, TimeoutException, InterruptedException {
    var offsets = new HashMap<String, Long>();
    for (Future<RecordMetadata> each : sent) {
      long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
      RecordMetadata written = each.get(leftNanos, TimeUnit.NANOSECONDS);
      offsets.merge(written.topic() + "-" + written.partition(), written.offset() + 1, Math::max);
    }
    return offsets;
  }
}
