package io.trialog.guardrails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.GuardrailReport;
import io.trialog.language.Verdict;
import io.trialog.language.wire.ControlMessage;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.SignedNote;
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

  private static GuardrailLook look() {
    return GuardrailEvaluator.evaluate(
            Trials.halves("trial", "gmv"),
            Trials.known(Trials.GMV),
            Trials.harmful("trial"),
            ExperimentMemory.EMPTY)
        .looks()
        .getFirst();
  }

  private static Verdict verdict() {
    return new Verdict("trial", GuardrailEvidence.of("verdict-1", look(), false, Trials.NOW));
  }

  @Test
  void a_signed_message_is_on_its_topic_when_publish_returns() throws Exception {
    GuardrailKeys keys = GuardrailKeys.open(folder.resolve("keys"), Map.of());
    try (var kafka = EmbeddedKafka.at(folder.resolve("kafka"), 0, 0)) {
      kafka.start();
      Topics.createMissing(kafka.bootstrap(), 1, (short) 1, LIMIT);
      GuardrailReport report =
          new Reporting("trial", 0, List.of(), Trials.NOW)
              .of(look(), GuardrailMemory.EMPTY)
              .orElseThrow();
      try (var verdicts = new KafkaVerdicts(kafka.bootstrap(), keys)) {
        verdicts.publish("production", verdict());
        verdicts.publish("production", report);
      }
      ControlMessage verdict = opened(kafka, Topics.VERDICTS, keys);
      assertThat(verdict.kind()).isEqualTo(ControlMessage.Kind.VERDICT);
      assertThat(verdict.environment()).isEqualTo("production");
      assertThat(verdict.content(Verdict.class)).isEqualTo(verdict());
      ControlMessage told = opened(kafka, Topics.GUARDRAIL_REPORTS, keys);
      assertThat(told.kind()).isEqualTo(ControlMessage.Kind.GUARDRAIL_REPORT);
      assertThat(told.content(GuardrailReport.class)).isEqualTo(report);
    }
  }

  private static ControlMessage opened(EmbeddedKafka kafka, String topic, GuardrailKeys keys)
      throws NoteException {
    List<ConsumerRecord<byte[], byte[]>> read = readOne(kafka.bootstrap(), topic);
    assertThat(read).hasSize(1);
    assertThat(new String(read.getFirst().key(), StandardCharsets.UTF_8)).isEqualTo("trial");
    String note = new String(read.getFirst().value(), StandardCharsets.UTF_8);
    return ControlMessage.parse(SignedNote.open(note, keys.verifier("production")));
  }

  @Test
  void a_broker_that_is_away_is_reported_within_the_limit() {
    try (var verdicts = new KafkaVerdicts("localhost:1", GuardrailKeys.open(folder, Map.of()))) {
      long begin = System.nanoTime();
      assertThatThrownBy(() -> verdicts.publish("production", verdict()))
          .isInstanceOf(Verdicts.VerdictsUnavailable.class)
          .hasMessageContaining("verdict-1");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> readOne(String bootstrap, String topic) {
    var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic, 0);
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
