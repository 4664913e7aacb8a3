package io.trialog.projections;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.measurement.collector.Receipt;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.SnapshotReader;
import io.trialog.sdk.core.Subjects;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.FakeEventLog;
import io.trialog.snapshots.Story;
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
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream's parts on a real broker, over two lives of the process. */
@Tag("slow")
class StreamTest {
  @TempDir Path folder;
  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  @Test
  void kills_from_before_kafka_was_up_are_announced_and_events_flow_into_the_sums()
      throws Exception {
    story.everything();
    draftAndStart("flowing");
    try (EmbeddedKafka kafka = EmbeddedKafka.at(folder.resolve("kafka"), 0, 0)) {
      byte[] first;
      try (Host host = new Host(log, folder)) {
        assertThat(host.stream.intake().accept(batch())).isEmpty();
        kafka.start();
        host.stream.start(kafka.bootstrap());
        Host.await(() -> isUp(host), "the start of all parts");
        List<ConsumerRecord<String, byte[]>> kills = kills(kafka, 1);
        assertThat(kills.getFirst().key()).isEqualTo("surge_price");
        first = kills.getFirst().value();
        assertThat(killed(host, first).experiment("surge_price")).isNotNull();
        eventsFlow(host);
        story.say(new ExperimentKilled("flowing", null, null));
        assertThat(kills(kafka, 2).getLast().key()).isEqualTo("flowing");
        awaitPublished(host, kafka, log.head());
      }
      try (Host host = new Host(log, folder)) {
        host.stream.start(kafka.bootstrap());
        Host.await(() -> isUp(host), "the second start of all parts");
        List<ConsumerRecord<String, byte[]>> again = kills(kafka, 4);
        assertThat(again)
            .extracting(ConsumerRecord::key)
            .containsExactly("surge_price", "flowing", "surge_price", "flowing");
        assertThat(again.get(2).value()).isEqualTo(first);
        assertThat(host.store.folded().get("trialog.exposures-0").records()).isEqualTo(1);
        String newest = host.projections.snapshots().newest("production").orElseThrow().note();
        Host.await(
            () -> snapshots(kafka).stream().filter(newest::equals).count() == 2,
            "the newest again after a restart");
      }
    }
  }

  @Test
  void a_kafka_that_is_away_holds_up_nothing_and_is_caught_up_with() throws Exception {
    story.everything();
    draftAndStart("flowing");
    Path data = folder.resolve("kafka");
    String bootstrap;
    Host host = new Host(log, folder);
    try {
      try (EmbeddedKafka kafka = EmbeddedKafka.at(data, 0, 0)) {
        kafka.start();
        bootstrap = kafka.bootstrap();
        host.stream.start(bootstrap);
        Host.await(() -> isUp(host), "the start of all parts");
        awaitPublished(host, kafka, log.head());
      }
      story.say(new ExperimentKilled("flowing", null, null));
      Host.await(
          () -> host.projections.snapshots().position() == log.head(), "the snapshot of the kill");
      Host.await(
          () -> host.stream.parts().get("snapshot_topic").state() == PartStatus.State.DOWN,
          "the topic's fall");
      assertThat(host.stream.counters().get("snapshot_topic_failures")).isPositive();
      int port = Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1));
      try (EmbeddedKafka kafka = EmbeddedKafka.at(data, port, 0)) {
        kafka.start();
        awaitPublished(host, kafka, log.head());
        Host.await(
            () -> PartStatus.UP.equals(host.stream.parts().get("snapshot_topic")),
            "the topic's recovery");
        // While its Kafka is there, which it takes leave of.
        host.close();
      }
    } finally {
      host.close();
    }
  }

  /** The newest snapshot is on the topic, and what is there never went backwards. */
  private static void awaitPublished(Host host, EmbeddedKafka kafka, long head) throws Exception {
    Host.await(
        () -> snapshots(kafka).stream().anyMatch(note -> note.contains("\"position\":" + head)),
        "position " + head + " on the topic");
    long before = -1;
    for (String note : snapshots(kafka)) {
      long position = killed(host, note.getBytes(StandardCharsets.UTF_8)).position();
      assertThat(position).isGreaterThan(before);
      before = position;
    }
  }

  /** Notes of production on the topic of snapshots. */
  private static List<String> snapshots(EmbeddedKafka kafka) {
    TopicPartition topic = new TopicPartition(Topics.SNAPSHOTS, 0);
    List<String> found = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = consumer(kafka, topic)) {
      long end = consumer.endOffsets(List.of(topic)).get(topic);
      while (consumer.position(topic) < end) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.key().equals("production")) {
            found.add(new String(record.value(), StandardCharsets.UTF_8));
          }
        }
      }
    }
    return found;
  }

  private static KafkaConsumer<String, byte[]> consumer(EmbeddedKafka kafka, TopicPartition topic) {
    KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka.bootstrap(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(List.of(topic));
    consumer.seekToBeginning(List.of(topic));
    return consumer;
  }

  private static boolean isUp(Host host) {
    return host.stream.parts().values().stream().allMatch(PartStatus.UP::equals);
  }

  private static Snapshot killed(Host host, byte[] note) throws Exception {
    String key = host.projections.snapshotKeys().verifierKeys().get("production");
    return SnapshotReader.open(note, VerifierKey.parse(String.valueOf(key)), "production");
  }

  private static void eventsFlow(Host host) throws Exception {
    Receipt receipt = host.stream.intake().accept(batch()).orElseThrow();
    assertThat(receipt.rejected()).isEmpty();
    assertThat(receipt.accepted()).isEqualTo(1);
    Host.await(
        () -> {
          var folded = host.store.folded().get("trialog.exposures-0");
          return folded != null && folded.records() == 1;
        },
        "the exposure's way into the sums");
    assertThat(host.store.sums("flowing").variants()).isNotEmpty();
    assertThat(host.stream.caughtUpAt()).isPresent();
  }

  private void draftAndStart(String key) {
    story.say(new ExperimentDrafted(key, Story.design(key)));
    story.say(new ExperimentStarted(key, 1_000_000, 0, Story.slots(1_000_000), null, null));
  }

  private static byte[] batch() {
    String subject = Subjects.hash("production", "user_id", "somebody");
    return """
    {"exposures":[{"id":"01940000-0000-7000-8000-000000000001","experiment":"flowing",
    "variant":"green","subject":"%s","time":"2026-11-22T08:00:00Z","surface":"checkout",
    "epoch":0}],"outcomes":[]}
    """
        .formatted(subject)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** All records of the kill switch, once there are so many; compaction has not come by yet. */
  private static List<ConsumerRecord<String, byte[]>> kills(EmbeddedKafka kafka, int count) {
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
    TopicPartition topic = new TopicPartition(Topics.KILL_SWITCH, 0);
    try (KafkaConsumer<String, byte[]> consumer = consumer(kafka, topic)) {
      Host.await(
          () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            return found.size() >= count;
          },
          count + " kills on the topic");
    }
    assertThat(found).hasSize(count);
    assertThat(found)
        .allSatisfy(kill ->
            assertThat(kill.headers().lastHeader("environment").value())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("production"));
    return found;
  }
}
