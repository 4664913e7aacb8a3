package io.trialog.sdk.core.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.SlotTable;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Subjects;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.json.JsonReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Protocol clauses 6.1 to 6.6. */
class EventQueueTest {
  private static final Instant NOW = Instant.parse("2026-11-22T16:00:00.123456Z");

  private static Decision decision(String subject, int epoch, int trafficPpm) {
    SlotTable table =
        SlotTable.fromShares(
            new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
    Experiment experiment =
        Experiment.builder("checkout")
            .surface("checkout")
            .epoch(epoch)
            .control("control")
            .variants(List.of(Variant.of("control"), Variant.of("treatment")))
            .allocation(Allocation.enrol(table, trafficPpm))
            .build();
    Snapshot snapshot = Snapshot.of("production", 77, Instant.EPOCH, List.of(experiment));
    return Evaluator.evaluate(snapshot, "checkout", Context.of("user_id", subject), "fallback");
  }

  private static Decision decision(String subject) {
    return decision(subject, 0, 1_000_000);
  }

  @Test
  void an_exposure_says_what_the_collector_takes_and_no_raw_subject() throws Exception {
    EventQueue queue = new EventQueue(10);
    queue.offer(Exposure.of(decision("raw-id"), NOW, "web", Map.of("country", "US")));
    String body = new String(queue.take().body(), StandardCharsets.UTF_8);
    assertThat(body).doesNotContain("raw-id");
    Map<?, ?> tree = (Map<?, ?>) JsonReader.read(body);
    assertThat(tree.get("outcomes")).isEqualTo(List.of());
    Map<?, ?> exposure = (Map<?, ?>) ((List<?>) tree.get("exposures")).get(0);
    assertThat(UUID.fromString((String) exposure.get("id")).version()).isEqualTo(7);
    assertThat(exposure)
        .isEqualTo(
            Map.of(
                "id",
                exposure.get("id"),
                "experiment",
                "checkout",
                "variant",
                decision("raw-id").variant(),
                "subject",
                Subjects.hash("production", "user_id", "raw-id"),
                "time",
                "2026-11-22T16:00:00.123456Z",
                "surface",
                "web",
                "epoch",
                0L,
                "position",
                77L,
                "segments",
                Map.of("country", "US")));
  }

  @Test
  void an_outcome_has_a_plain_number_of_at_most_six_decimals() throws Exception {
    assertThat(value(1)).isEqualTo("1");
    assertThat(value(0.1 + 0.2)).isEqualTo("0.3");
    assertThat(value(-12.3456785)).isEqualTo("-12.345678");
    assertThat(value(1e9)).isEqualTo("1000000000");
    assertThat(value(1e-9)).isEqualTo("0");
    assertThat(value(-0.0)).isEqualTo("0");
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1.1e9, -1.1e9}) {
      assertThatThrownBy(() -> Outcome.of("s", "m", bad, NOW))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static String value(double value) throws Exception {
    Map<?, ?> tree = (Map<?, ?>) JsonReader.read(Outcome.of("s", "m", value, NOW).json());
    Object number = tree.get("value");
    return number instanceof BigDecimal decimal ? decimal.toPlainString() : number.toString();
  }

  @Test
  void a_subject_is_hashed_as_the_contract_says() {
    // printf 'trialog:production:user_id:630000' | sha256sum | xxd -r -p | head -c 16 | basenc
    //   --base64url
    assertThat(Subjects.hash("production", "user_id", "630000"))
        .isEqualTo("rVjwwKanJ3KnAUdfZTToaQ");
  }

  @Test
  void an_exposure_passes_once_for_each_subject_variant_and_epoch() {
    ExposureFilter filter = new ExposureFilter(1_000);
    assertThat(filter.pass(decision("a"))).isTrue();
    assertThat(filter.pass(decision("a"))).isFalse();
    assertThat(filter.pass(decision("b"))).isTrue();
    assertThat(filter.pass(decision("a", 1, 1_000_000))).isTrue();
    assertThat(filter.pass(decision("c", 0, 0))).as("not enrolled").isFalse();
    filter.forget(decision("a"));
    assertThat(filter.pass(decision("a"))).isTrue();
  }

  @Test
  void texts_whose_hashes_are_equal_are_other_subjects() {
    ExposureFilter filter = new ExposureFilter(1_000);
    List<String> alike = List.of("");
    for (int length = 0; length < 6; length++) {
      alike = alike.stream().flatMap(it -> Stream.of(it + "Aa", it + "BB")).toList();
    }
    assertThat(alike.stream().map(String::hashCode).distinct()).hasSize(1);
    for (int round = 0; round < 2; round++) {
      for (String subject : alike) {
        assertThat(decision(subject).isIn(filter)).isEqualTo(round == 1);
        assertThat(filter.pass(decision(subject))).isEqualTo(round == 0);
        assertThat(decision(subject).isIn(filter)).isTrue();
      }
    }
    assertThat(decision("c", 0, 0).isIn(filter)).as("not enrolled").isFalse();
  }

  @Test
  void of_many_threads_one_passes() throws Exception {
    ExposureFilter filter = new ExposureFilter(10_000);
    AtomicInteger passed = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        threads.submit(() -> {
          for (int i = 0; i < 5_000; i++) {
            passed.addAndGet(filter.pass(decision("s" + i % 500)) ? 1 : 0);
          }
        });
      }
    }
    assertThat(passed).hasValue(500);
  }

  @Test
  void a_filter_remembers_the_recently_used_and_no_more_than_its_capacity() {
    ExposureFilter filter = new ExposureFilter(160);
    int passed = 0;
    for (int i = 0; i < 5_000; i++) {
      filter.pass(decision("kept"));
      filter.pass(decision("s" + i));
    }
    for (int i = 0; i < 5_000; i++) {
      passed += filter.pass(decision("s" + i)) ? 1 : 0;
    }
    assertThat(filter.pass(decision("kept"))).isTrue();
    assertThat(passed).isGreaterThanOrEqualTo(5_000 - 160);
  }

  @Test
  void a_full_queue_drops_the_new_event_and_counts_it() {
    EventQueue queue = new EventQueue(2);
    assertThat(queue.offer(Outcome.of("s", "m", 1, NOW))).isTrue();
    assertThat(queue.offer(Outcome.of("s", "m", 2, NOW))).isTrue();
    assertThat(queue.offer(Outcome.of("s", "m", 3, NOW))).isFalse();
    EventBatch batch = queue.take();
    assertThat(batch.size()).isEqualTo(2);
    assertThat(queue.offer(Outcome.of("s", "m", 4, NOW))).as("in flight counts").isFalse();
    queue.settle(batch);
    assertThat(queue.offer(Outcome.of("s", "m", 5, NOW))).isTrue();
    assertThat(queue.recorded()).isEqualTo(3);
    assertThat(queue.droppedFull()).isEqualTo(2);
  }

  @Test
  void batches_stay_below_the_limits_of_the_collector_and_lose_nothing() throws Exception {
    EventQueue queue = new EventQueue(10_000);
    String wide = "é".repeat(Exposure.MAX_SEGMENT_VALUE);
    Map<String, String> segments = new java.util.HashMap<>();
    for (int i = 0; i < 20; i++) {
      segments.put("segment-number-" + i, wide);
    }
    for (int i = 0; i < 2_500; i++) {
      assertThat(queue.offer(Exposure.of(decision("s" + i), NOW, "", segments))).isTrue();
    }
    Set<Object> ids = new HashSet<>();
    for (EventBatch batch = queue.take(); batch != null; batch = queue.take()) {
      assertThat(batch.size()).isLessThanOrEqualTo(EventQueue.MAX_BATCH_EVENTS);
      assertThat(batch.body().length).isLessThanOrEqualTo(EventQueue.MAX_BATCH_BYTES);
      Map<?, ?> tree =
          (Map<?, ?>) JsonReader.read(new String(batch.body(), StandardCharsets.UTF_8));
      for (Object exposure : (List<?>) tree.get("exposures")) {
        ids.add(((Map<?, ?>) exposure).get("id"));
        assertThat((Map<?, ?>) ((Map<?, ?>) exposure).get("segments")).hasSize(8);
      }
      queue.settle(batch);
    }
    assertThat(ids).hasSize(2_500);
    assertThat(queue.pending()).isZero();
  }

  @Test
  void a_text_without_a_utf8_form_is_dropped_and_counted() {
    EventQueue queue = new EventQueue(10);
    assertThat(queue.offer(Exposure.of(decision("a"), NOW, "\ud800", Map.of()))).isFalse();
    assertThat(queue.droppedInvalid()).isEqualTo(1);
    assertThat(queue.take()).isNull();
  }

  @Test
  void only_an_assigned_decision_is_an_exposure() {
    assertThatThrownBy(() -> Exposure.of(decision("a", 0, 0), NOW, "web", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_keeper_hears_of_each_event_once_and_of_settlements_in_order() {
    EventQueue queue = new EventQueue(5_000);
    for (int i = 1; i <= 2_500; i++) {
      queue.restore(i % 2 == 0, "{\"id\":" + i + "}");
    }
    assertThat(queue.after(0, 3_000)).hasSize(2_500);
    assertThat(queue.after(2_400, 50))
        .extracting(QueuedEvent::number)
        .containsExactlyElementsOf(LongStream.rangeClosed(2_401, 2_450).boxed().toList());
    EventBatch first = queue.take();
    EventBatch second = queue.take();
    assertThat(queue.after(990, 20))
        .as("in flight is not settled")
        .extracting(QueuedEvent::number)
        .containsExactlyElementsOf(LongStream.rangeClosed(991, 1_010).boxed().toList());
    assertThat(queue.after(2_499, 20)).extracting(QueuedEvent::exposure).containsExactly(true);
    queue.settle(second);
    assertThat(queue.settledThrough()).as("the first is not settled").isZero();
    queue.settle(first);
    queue.settle(first);
    assertThat(queue.settledThrough()).isEqualTo(2_000);
    assertThat(queue.pending()).isEqualTo(500);
    queue.settle(queue.take());
    assertThat(queue.settledThrough()).isEqualTo(2_500);
    assertThat(queue.after(0, 10)).isEmpty();
  }
}
