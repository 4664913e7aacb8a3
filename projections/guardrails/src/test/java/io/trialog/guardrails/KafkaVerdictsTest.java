package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.Verdict;
import io.trialog.language.wire.JsonCodec;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaVerdictsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private static Verdict verdict() {
    GuardrailLook look =
        GuardrailEvaluator.evaluate(
                Trials.halves("trial", "gmv"),
                Trials.known(Trials.GMV),
                Trials.harmful("trial"),
                ExperimentMemory.EMPTY)
            .looks()
            .getFirst();
    return new Verdict("trial", GuardrailEvidence.of("verdict-1", look, false, Trials.NOW));
  }

  @Test
  void a_verdict_is_on_the_topic_when_publish_returns() {
    try (var kafka = EmbeddedKafka.at(folder, 0, 0)) {
      kafka.start();
      Topics.createMissing(kafka.bootstrap(), 1, (short) 1, LIMIT);
      try (var verdicts = new KafkaVerdicts(kafka.bootstrap())) {
        verdicts.publish(verdict());
      }
      List<ConsumerRecord<byte[], byte[]>> read = readOne(kafka.bootstrap());
      assertThat(read).hasSize(1);
      assertThat(new String(read.getFirst().key(), StandardCharsets.UTF_8)).isEqualTo("trial");
      assertThat(JsonCodec.decode(read.getFirst().value(), Verdict.class)).isEqualTo(verdict());
    }
  }

  @Test
  void a_broker_that_is_away_is_reported_within_the_limit() {
    try (var verdicts = new KafkaVerdicts("localhost:1")) {
      long begin = System.nanoTime();
      assertThatThrownBy(() -> verdicts.publish(verdict()))
          .isInstanceOf(Verdicts.VerdictsUnavailable.class)
          .hasMessageContaining("verdict-1");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> readOne(String bootstrap) {
    var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(Topics.VERDICTS, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (records.isEmpty() && System.nanoTime() - deadline < 0) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }
}
