package io.trialog.measurement.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.measurement.EventJson;
import io.trialog.measurement.MetricKind;
import io.trialog.measurement.Traffic;
import io.trialog.measurement.collector.Catalogue.ExperimentFacts;
import io.trialog.measurement.collector.Catalogue.MetricFacts;
import io.trialog.measurement.kafka.EmbeddedKafka;
import io.trialog.measurement.kafka.Topics;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorTest {
  private static final Instant NOW = Instant.parse("2026-11-22T16:00:00Z");
  private static final String SUBJECT = Traffic.subject("alice");
  private static final String ID = "0193d1f0-0000-7000-8000-0000000000";
  private static final Catalogue CATALOGUE =
      new Catalogue() {
        @Override
        public Optional<ExperimentFacts> experiment(String key) {
          return switch (key) {
            case "checkout" -> Optional.of(facts(true));
            case "draft" -> Optional.of(facts(false));
            default -> Optional.empty();
          };
        }

        private ExperimentFacts facts(boolean started) {
          return new ExperimentFacts("production", Set.of("control", "treatment"), started);
        }

        @Override
        public Optional<MetricFacts> metric(String key) {
          return switch (key) {
            case "gmv" ->
                Optional.of(new MetricFacts(MetricKind.MEAN, Optional.of(new BigDecimal("500"))));
            case "converted" ->
                Optional.of(new MetricFacts(MetricKind.PROPORTION, Optional.empty()));
            default -> Optional.empty();
          };
        }
      };

  @TempDir static Path folder;
  private static EmbeddedKafka kafka;
  private static Collector collector;

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.at(folder, 0, 0);
    kafka.start();
    Topics.createMissing(kafka.bootstrap(), 1, (short) 1, Duration.ofSeconds(30));
    collector = new Collector(kafka.bootstrap(), CATALOGUE, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterAll
  static void stop() {
    collector.close();
    kafka.close();
  }

  @Test
  void a_batch_is_answered_with_the_offsets_after_its_last_records() throws Exception {
    Receipt receipt =
        accept(
            List.of(exposure("01", "checkout", "control"), exposure("02", "checkout", "treatment")),
            List.of(outcome("03", "gmv", "12.50")));
    assertThat(receipt.accepted()).isEqualTo(3);
    assertThat(receipt.rejected()).isEmpty();
    assertThat(receipt.offsets().keySet())
        .containsExactlyInAnyOrder("trialog.exposures-0", "trialog.outcomes-0");

    var exposure = EventJson.readExposure(record(Topics.EXPOSURES, receipt, 2).value());
    assertThat(exposure.experiment()).isEqualTo("checkout");
    assertThat(exposure.time()).isEqualTo(Instant.parse("2017-01-02T13:42:41.406986Z"));
    assertThat(exposure.segments()).isEqualTo(Map.of("country", "US"));
    assertThat(exposure.position()).hasValue(123);
    var written = record(Topics.OUTCOMES, receipt, 1);
    assertThat(new String(written.key(), StandardCharsets.UTF_8)).isEqualTo(SUBJECT);
    var outcome = EventJson.readOutcome(written.value());
    assertThat(outcome.kind()).isEqualTo(MetricKind.MEAN);
    assertThat(outcome.cap()).contains(new BigDecimal("500"));
    assertThat(outcome.value()).isEqualByComparingTo("12.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          \"experiment\":\"checkout\"     | \"experiment\":\"nowhere\"  | unknown_experiment
          \"experiment\":\"checkout\"     | \"experiment\":\"draft\"    | experiment_not_started
          \"variant\":\"control\"         | \"variant\":\"other\"       | unknown_variant
          \"id\":\"0193                   | \"id\":\"X193               | invalid_id
          \"time\":\"2017-01-02T          | \"time\":\"2017-13-02T      | invalid_time
          \"time\":\"2017                 | \"time\":\"2027             | invalid_time
          \"time\":\"2017                 | \"time\":\"1917             | invalid_time
          \"surface\":\"web\"             | \"surface\":\"\"            | invalid_value
          """)
  void an_exposure_with_a_wrong_value_is_rejected_alone(String from, String to, String code)
      throws Exception {
    String bad = exposure("01", "checkout", "control").replace(from, to);
    Receipt receipt = accept(List.of(exposure("02", "checkout", "control"), bad), List.of());
    assertThat(receipt.accepted()).isEqualTo(1);
    assertThat(receipt.rejected()).hasSize(1);
    assertThat(receipt.rejected().getFirst().code()).isEqualTo(code);
    assertThat(receipt.rejected().getFirst().index()).isEqualTo(1);
    assertThat(receipt.rejected().getFirst().kind()).isEqualTo("exposure");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a=b\":\"US\"",
        "\"\":\"US\"",
        "\"country\":\"\"",
        "\"country\":\"U\\u0007S\"",
        "\"country\":\"0123456789012345678901234567890123456789012345678901234567890123x\""
      })
  void a_segment_that_nobody_could_ask_for_is_left_out_of_its_exposure(String segment)
      throws Exception {
    String exposure =
        exposure("01", "checkout", "control")
            .replace("\"country\":\"US\"", "\"age\":\"old\"," + segment);
    Receipt receipt = accept(List.of(exposure), List.of());
    assertThat(receipt.rejected()).isEmpty();
    var written = EventJson.readExposure(record(Topics.EXPOSURES, receipt, 1).value());
    assertThat(written.segments()).isEqualTo(Map.of("age", "old"));
  }

  @Test
  void every_epoch_of_a_snapshot_is_one_of_an_exposure() throws Exception {
    String exposure =
        exposure("01", "checkout", "control").replace("\"epoch\":0", "\"epoch\":2147483647");
    assertThat(accept(List.of(exposure), List.of()).accepted()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "1000000000.000001,invalid_value",
    "0.0000001,invalid_value",
    "1e999999999,invalid_value",
    "-1e-999999999,invalid_value",
    "-1000000001,invalid_value"
  })
  void a_value_outside_its_limits_is_rejected_alone(String value, String code) throws Exception {
    Receipt receipt = accept(List.of(), List.of(outcome("01", "gmv", value)));
    assertThat(receipt.rejected()).extracting(Receipt.Rejected::code).containsExactly(code);
    assertThat(receipt.allRejected()).isTrue();
    assertThat(receipt.offsets()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0", "-1000000000", "1.0000000000", "0.000001", "1e3", "'\"12.5\"'"})
  void ordinary_numbers_are_values(String value) throws Exception {
    assertThat(accept(List.of(), List.of(outcome("01", "gmv", value))).accepted()).isEqualTo(1);
  }

  @Test
  void what_is_rejected_goes_to_the_dead_letters_without_a_subject_that_is_not_hashed()
      throws Exception {
    long before = end(Topics.DEAD_LETTERS);
    String named = outcome("01", "gmv", "1").replace(SUBJECT, "alice@example.com");
    Receipt receipt = accept(List.of(), List.of(named, outcome("02", "nothing", "1")));
    assertThat(receipt.rejected())
        .extracting(Receipt.Rejected::code)
        .containsExactly("invalid_subject", "unknown_metric");
    List<String> letters = letters(before);
    assertThat(letters).hasSize(2);
    assertThat(letters.get(0)).contains("invalid_subject").doesNotContain("alice@");
    assertThat(letters.get(1)).contains("unknown_metric").contains(SUBJECT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          ~~                                                        | malformed_json | ~~
          {                                                         | malformed_json | ~~
          []                                                        | malformed_json | ~~
          {} {}                                                     | malformed_json | ~~
          {"exposures":[],"exposures":[]}                           | malformed_json | ~~
          {"exposures":[{"id":"a","id":"a"}]}                       | malformed_json | ~~
          {"exposure":[]}                                           | unknown_field  | exposure
          {"exposures":{}}                                          | wrong_type     | exposures
          {"exposures":[1]}                                         | wrong_type     | exposures[0]
          {"exposures":null}                                        | wrong_type     | exposures
          {"outcomes":[{"x":1}]}                                    | unknown_field  | outcomes[0].x
          {"outcomes":[{"id":"a"}]}                                 | missing_field  | outcomes[0].subject
          {"outcomes":[{"id":1}]}                                   | wrong_type     | outcomes[0].id
          {"outcomes":[{"id":"a","subject":"b","metric":"c","value":true,"time":"d"}]} | wrong_type | outcomes[0].value
          {"outcomes":[{"id":"a","subject":"b","metric":"c","value":"1e5","time":"d"}]} | wrong_type | outcomes[0].value
          {"exposures":[{"id":"a","experiment":"b","variant":"c","subject":"d","time":"e","surface":"f","epoch":99999999999}]} | number_range | exposures[0].epoch
          {"exposures":[{"id":"a","experiment":"b","variant":"c","subject":"d","time":"e","surface":"f","epoch":1.5}]} | wrong_type | exposures[0].epoch
          {"exposures":[{"id":"a","experiment":"b","variant":"c","subject":"d","time":"e","surface":"f","epoch":1e999999999}]} | wrong_type | exposures[0].epoch
          {"exposures":[{"id":"a","experiment":"b","variant":"c","subject":"d","time":"e","surface":"f","epoch":0,"segments":{"a":1}}]} | wrong_type | exposures[0].segments
          """)
  void a_batch_of_a_wrong_shape_is_refused_with_the_field(String body, String code, String field) {
    var refused = catchThrowableOfType(BatchRefused.class, () -> collector.accept(utf8(body)));
    assertThat(refused.code()).isEqualTo(code);
    assertThat(refused.field()).isEqualTo(field);
    assertThat(refused.httpStatus()).isEqualTo(400);
  }

  @Test
  void a_batch_beyond_its_limits_is_too_large() {
    String many = String.join(",", Collections.nCopies(1_001, "{}"));
    for (byte[] body :
        List.of(utf8("{\"outcomes\":[" + many + "]}"), utf8(" ".repeat(1 << 20) + "{}"))) {
      var refused = catchThrowableOfType(BatchRefused.class, () -> collector.accept(body));
      assertThat(refused.code()).isEqualTo("batch_too_large");
      assertThat(refused.httpStatus()).isEqualTo(413);
    }
  }

  @Test
  void hostile_bytes_are_refused_and_never_break_anything_else() throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    byte[] good =
        utf8(
            batch(
                List.of(exposure("01", "checkout", "control")),
                List.of(outcome("02", "gmv", "1"))));
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = good.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        Batch.read(bad, CATALOGUE, NOW);
      } catch (BatchRefused expected) {
        assertThat(expected.code()).as("seed %d", seed).isNotEmpty();
      }
    }
    for (String hostile :
        List.of(
            "[".repeat(500_000),
            "{\"a\":".repeat(100_000),
            "{\"outcomes\":[{\"id\":\"" + "x".repeat(900_000) + "\"}]}",
            "{\"outcomes\":[{\"value\":" + "9".repeat(900_000) + "}]}",
            "\uFEFF{}",
            "{\"\\ud800\":1}")) {
      assertThatThrownBy(() -> collector.accept(utf8(hostile))).isInstanceOf(BatchRefused.class);
    }
    byte[] notUtf8 = {'{', '"', (byte) 0xc3, '"', ':', '1', '}'};
    assertThatThrownBy(() -> collector.accept(notUtf8)).isInstanceOf(BatchRefused.class);
    assertThat(collector.accept(good).accepted()).isEqualTo(2);
  }

  @Test
  void an_empty_batch_is_accepted_as_such() throws Exception {
    Receipt receipt = collector.accept(utf8("{}"));
    assertThat(receipt.accepted()).isZero();
    assertThat(receipt.allRejected()).isFalse();
  }

  @Test
  void without_kafka_the_stream_is_unavailable_within_seconds_and_counted() {
    var nowhere = EmbeddedKafka.at(folder, 0, 0);
    try (var alone = new Collector(nowhere.bootstrap(), CATALOGUE, Clock.systemUTC())) {
      long begin = System.nanoTime();
      byte[] body = utf8(batch(List.of(), Collections.nCopies(1_000, outcome("01", "gmv", "1"))));
      assertThatThrownBy(() -> alone.accept(body)).isInstanceOf(StreamUnavailable.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
      assertThat(alone.counts()).isEqualTo(new Collector.Counts(0, 0, 0, 1));
    }
  }

  private static Receipt accept(List<String> exposures, List<String> outcomes) throws Exception {
    return collector.accept(utf8(batch(exposures, outcomes)));
  }

  private static String batch(List<String> exposures, List<String> outcomes) {
    return "{\"exposures\":["
        + String.join(",", exposures)
        + "],\"outcomes\":["
        + String.join(",", outcomes)
        + "]}";
  }

  private static String exposure(String id, String experiment, String variant) {
    return """
    {"id":"%s%s","experiment":"%s","variant":"%s","subject":"%s","time":"2017-01-02T13:42:41.406986Z",\
    "surface":"web","epoch":0,"position":123,"segments":{"country":"US"}}\
    """
        .formatted(ID, id, experiment, variant, SUBJECT);
  }

  private static String outcome(String id, String metric, String value) {
    return """
    {"id":"%s%s","subject":"%s","metric":"%s","value":%s,"time":"2017-01-02T13:42:45Z"}\
    """
        .formatted(ID, id, SUBJECT, metric, value);
  }

  private static byte[] utf8(String text) {
    return (text == null ? "" : text).getBytes(StandardCharsets.UTF_8);
  }

  /** The n-th record before the offset of a receipt. */
  private static ConsumerRecord<byte[], byte[]> record(String topic, Receipt receipt, int n) {
    long offset = receipt.offsets().get(topic + "-0");
    return from(topic, offset - n, offset).getFirst();
  }

  private static List<String> letters(long from) {
    return from(Topics.DEAD_LETTERS, from, end(Topics.DEAD_LETTERS)).stream()
        .map(r -> new String(r.value(), StandardCharsets.UTF_8))
        .toList();
  }

  private static long end(String topic) {
    var partition = new TopicPartition(topic, 0);
    try (var consumer = consumer()) {
      return consumer.endOffsets(List.of(partition)).get(partition);
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> from(String topic, long from, long to) {
    var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    var partition = new TopicPartition(topic, 0);
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    try (var consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      while (records.size() < to - from && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.<String, Object>of("bootstrap.servers", kafka.bootstrap()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
