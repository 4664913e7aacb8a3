package io.trialog.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.measurement.kafka.Topics;
import io.trialog.measurement.stream.MeasurementJob.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndToEndTest {
  @TempDir Path folder;

  @Test
  void broker_job_and_store_have_the_sums_of_the_definition_also_after_a_clean_restart()
      throws Exception {
    long seed = 20260101;
    var traffic = Traffic.of(seed, 800);
    var arrivals = new ArrayList<Object>(traffic.exposures);
    arrivals.addAll(traffic.outcomes);
    Collections.shuffle(arrivals, new Random(seed));
    int half = arrivals.size() / 2;
    var expected = Rig.expected(Reference.of(traffic.exposures, traffic.outcomes));

    long begin = System.nanoTime();
    try (var rig = Rig.on(folder)) {
      Rig.await("running", () -> rig.job.status().state() == State.RUNNING);
      System.out.println("rig running after ms " + millisSince(begin));
      send(rig, arrivals.subList(0, half));
      sendJunk(rig);
      Rig.await("first half", () -> foldedEvents(rig) == half + 3);
      System.out.println("first half folded after ms " + millisSince(begin));
      assertThat(rig.folded(Topics.EXPOSURES)).isPositive();
      assertThat(deadLetters(rig)).hasSize(3).allMatch(l -> l.contains("\"from\":\"stream\""));
    }
    begin = System.nanoTime();
    try (var rig = Rig.on(folder)) {
      send(rig, arrivals.subList(half, arrivals.size()));
      Rig.await("all", () -> foldedEvents(rig) == arrivals.size() + 3);
      System.out.println("second half folded after ms " + millisSince(begin));
      assertThat(rig.job.status().restoredFrom()).isPresent();
      assertThat(Rig.totals(rig.store)).as("seed %d", seed).isEqualTo(expected);
      assertThat(rig.store.folded().keySet())
          .containsExactlyInAnyOrder("trialog.exposures-0", "trialog.outcomes-0");
      assertThat(Rig.generations(rig.kafka.bootstrap())).hasSize(1);
      for (int i = 0; i < 5; i++) {
        System.out.println("send to seen, ms: " + freshness(rig).toMillis());
      }
    }
  }

  @Test
  void without_its_checkpoints_the_job_folds_the_log_again_and_nothing_counts_twice()
      throws Exception {
    var traffic = Traffic.of(7, 60);
    int size = traffic.exposures.size() + traffic.outcomes.size();
    var expected = Rig.expected(Reference.of(traffic.exposures, traffic.outcomes));
    try (var rig = Rig.on(folder)) {
      send(rig, traffic.exposures);
      send(rig, traffic.outcomes);
      Rig.await("all", () -> foldedEvents(rig) == size);
      assertThat(Rig.totals(rig.store)).isEqualTo(expected);
    }
    deleted(folder.resolve("stream"));
    try (var rig = Rig.on(folder)) {
      send(rig, traffic.exposures);
      Rig.await("all and some again", () -> foldedEvents(rig) == size + traffic.exposures.size());
      var twice = new ArrayList<>(traffic.exposures);
      twice.addAll(traffic.exposures);
      assertThat(Rig.totals(rig.store))
          .isEqualTo(Rig.expected(Reference.of(twice, traffic.outcomes)));
      assertThat(Rig.generations(rig.kafka.bootstrap())).hasSize(2);
    }
  }

  private static void deleted(Path path) throws Exception {
    try (var all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static long foldedEvents(Rig rig) {
    return rig.folded(Topics.EXPOSURES) + rig.folded(Topics.OUTCOMES);
  }

  private static void send(Rig rig, List<?> events) {
    try (var producer = Rig.producer(rig.kafka.bootstrap())) {
      events.forEach(e -> Rig.send(producer, e));
    }
  }

  private static void sendJunk(Rig rig) {
    try (var producer = Rig.producer(rig.kafka.bootstrap())) {
      producer.send(new ProducerRecord<>(Topics.OUTCOMES, null, null));
      producer.send(new ProducerRecord<>(Topics.OUTCOMES, "k", new byte[] {(byte) 0xff}));
      producer.send(
          new ProducerRecord<>(Topics.EXPOSURES, "k", "{}".getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static Duration freshness(Rig rig) throws Exception {
    long before = rig.folded(Topics.EXPOSURES);
    long begin = System.nanoTime();
    var exposure =
        new Exposure(
            UUID.randomUUID(),
            "fresh",
            "control",
            Traffic.subject("fresh" + begin),
            Instant.now(),
            "web",
            0,
            OptionalLong.empty(),
            new TreeMap<>());
    send(rig, List.of(exposure));
    Rig.await("one more", () -> rig.folded(Topics.EXPOSURES) == before + 1);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private static List<String> deadLetters(Rig rig) throws Exception {
    var letters = new ArrayList<String>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", rig.kafka.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(Topics.DEAD_LETTERS, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      Rig.await(
          "dead letters",
          () -> {
            consumer
                .poll(Duration.ofMillis(100))
                .forEach(r -> letters.add(new String(r.value(), StandardCharsets.UTF_8)));
            return letters.size() >= 3;
          });
    }
    return letters;
  }

  private static long millisSince(long beginNanos) {
    return Duration.ofNanos(System.nanoTime() - beginNanos).toMillis();
  }
}
