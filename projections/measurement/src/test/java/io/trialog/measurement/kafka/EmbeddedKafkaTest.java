package io.trialog.measurement.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void a_restart_on_other_ports_finds_topics_and_records_again() throws Exception {
    try (var first = EmbeddedKafka.at(folder, 0, 0)) {
      first.start();
      try (Admin earlier = Admin.create(Map.of("bootstrap.servers", first.bootstrap()))) {
        var kills = new NewTopic(Topics.KILL_SWITCH, 1, (short) 1);
        kills.configs(Map.of("cleanup.policy", "compact"));
        earlier.createTopics(List.of(kills)).all().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      Topics.createMissing(first.bootstrap(), 1, (short) 1, LIMIT);
      write(first.bootstrap(), "kept");
    }
    try (var second = EmbeddedKafka.at(folder, 0, 0)) {
      assertThat(second.isReady()).isFalse();
      second.start();
      assertThat(second.isReady()).isTrue();
      Topics.createMissing(second.bootstrap(), 1, (short) 1, LIMIT);
      write(second.bootstrap(), "added");
      assertThat(read(second.bootstrap(), 2)).containsExactly("kept", "added");
      assertThat(setting(second.bootstrap(), Topics.PANES, "message.timestamp.type"))
          .isEqualTo("LogAppendTime");
      assertThat(setting(second.bootstrap(), Topics.KILL_SWITCH, "cleanup.policy"))
          .isEqualTo("compact");
      assertThat(setting(second.bootstrap(), Topics.SNAPSHOTS, "cleanup.policy"))
          .isEqualTo("compact");
      assertThat(setting(second.bootstrap(), Topics.KILL_SWITCH, "max.message.bytes"))
          .as("also of a topic that an earlier release made")
          .isEqualTo(Integer.toString(Topics.MOST_NOTE_BYTES));
      assertThat(setting(second.bootstrap(), Topics.OUTCOMES, "retention.ms")).isEqualTo("-1");

      Exit.halt(1, "as Kafka does after a fatal fault");
      assertThat(second.isReady()).isFalse();
      assertThat(second.fault()).hasValueSatisfying(f -> assertThat(f).contains("fatal fault"));
    }
  }

  @Test
  void a_folder_in_use_is_refused_with_its_name_and_the_process_lives() {
    try (var owner = EmbeddedKafka.at(folder, 0, 0);
        var intruder = EmbeddedKafka.at(folder, 0, 0)) {
      owner.start();
      assertThatThrownBy(intruder::start)
          .isInstanceOf(EmbeddedKafka.KafkaStartFailed.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("another Kafka uses the folder");
      assertThat(owner.fault()).isEmpty();
    }
    try (var next = EmbeddedKafka.at(folder, 0, 0)) {
      next.start();
      assertThat(next.isReady()).isTrue();
    }
  }

  @Test
  void topics_of_a_broker_that_is_away_are_reported_within_the_limit() {
    var nowhere = EmbeddedKafka.at(folder, 0, 0);
    long begin = System.nanoTime();
    assertThatThrownBy(
            () -> Topics.createMissing(nowhere.bootstrap(), 1, (short) 1, Duration.ofMillis(1_500)))
        .isInstanceOf(Topics.TopicsUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }

  private static void write(String bootstrap, String text) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap, "acks", "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      var bytes = text.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(Topics.OUTCOMES, bytes)).get(30, TimeUnit.SECONDS);
    }
  }

  private static List<String> read(String bootstrap, int count) {
    var texts = new ArrayList<String>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(Topics.OUTCOMES, 0)));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (texts.size() < count && System.nanoTime() < deadline) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(r -> texts.add(new String(r.value(), StandardCharsets.UTF_8)));
      }
    }
    return texts;
  }

  private static String setting(String bootstrap, String topic, String name) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      var answer = admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS);
      return answer.get(resource).get(name).value();
    }
  }
}
