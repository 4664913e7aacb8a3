package io.trialog.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Experiment.Status;
import io.trialog.sdk.core.Subjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Protocol clauses 6.2 to 6.7. */
@Timeout(60)
class EventDeliveryTest {
  private static final Context USER = Context.of("user_id", "u1").with("country", "US");

  private FakePlatform platform;

  @BeforeEach
  void start() throws Exception {
    platform = new FakePlatform().started();
    platform.publish(10, Status.RUNNING);
  }

  @AfterEach
  void stop() {
    platform.close();
  }

  private static TrialogClient ready(TrialogClient.Builder builder) throws Exception {
    TrialogClient client = builder.build();
    assertThat(client.awaitReady(Duration.ofSeconds(20))).isTrue();
    return client;
  }

  private List<Map<?, ?>> received(String kind) {
    List<Map<?, ?>> events = new ArrayList<>();
    for (String batch : platform.batches) {
      for (Object event : (List<?>) FakePlatform.tree(batch).get(kind)) {
        events.add((Map<?, ?>) event);
      }
    }
    return events;
  }

  @Test
  void a_subject_is_exposed_once_however_often_it_is_evaluated() throws Exception {
    try (TrialogClient client = ready(platform.client().surface("web").segments("country"))) {
      for (int i = 0; i < 100; i++) {
        client.evaluate("checkout", USER, "fallback");
        client.peek("checkout", Context.of("user_id", "peeked" + i), "fallback");
      }
      client.evaluate("unknown", USER, "fallback");
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      assertThat(received("exposures")).hasSize(1);
      Map<?, ?> exposure = received("exposures").get(0);
      assertThat(exposure.get("subject")).isEqualTo(Subjects.hash("production", "user_id", "u1"));
      assertThat(exposure.get("surface")).isEqualTo("web");
      assertThat(exposure.get("position")).isEqualTo(10L);
      assertThat(exposure.get("segments")).isEqualTo(Map.of("country", "US"));
      assertThat(client.counters().eventsAccepted()).isEqualTo(1);
    }
  }

  @Test
  void an_outcome_is_recorded_for_each_unit_that_experiments_use() throws Exception {
    try (TrialogClient client = ready(platform.client())) {
      client.track(USER.with("device_id", "d1").with("session_id", "s1"), "converted", 12.5);
      client.track(Context.of("session_id", "s1"), "converted", 1);
      client.flush(Duration.ofSeconds(20));
      assertThat(received("outcomes"))
          .extracting(outcome -> (Object) outcome.get("subject"))
          .containsExactlyInAnyOrder(
              Subjects.hash("production", "user_id", "u1"),
              Subjects.hash("production", "device_id", "d1"));
      assertThat(received("outcomes"))
          .allSatisfy(outcome -> assertThat(outcome.get("value")).hasToString("12.5"));
    }
  }

  @Test
  void a_value_that_no_metric_can_have_is_dropped_and_counted() throws Exception {
    try (TrialogClient client = ready(platform.client())) {
      client.track(USER, "converted", Double.NaN);
      client.track(USER, "converted", 1e10);
      client.track(null, "converted", 1);
      assertThat(client.counters().eventsDropped()).isEqualTo(3);
      assertThat(client.counters().eventsRecorded()).isZero();
    }
  }

  @Test
  void a_batch_is_sent_again_with_the_same_ids_until_the_collector_has_it() throws Exception {
    platform.answerBatches(
        new FakePlatform.Answer(503, "", ""),
        new FakePlatform.Answer(429, "", "0"),
        new FakePlatform.Answer(500, "", ""));
    try (TrialogClient client = ready(platform.client())) {
      client.evaluate("checkout", USER, "fallback");
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      assertThat(platform.batches).hasSize(4);
      assertThat(new HashSet<>(platform.batches)).hasSize(1);
      assertThat(client.counters().batchesRetried()).isEqualTo(3);
      assertThat(client.counters().eventsAccepted()).isEqualTo(1);
      assertThat(client.counters().eventsPending()).isZero();
    }
  }

  @Test
  void retry_after_is_obeyed() throws Exception {
    platform.answerBatches(new FakePlatform.Answer(503, "", "1"));
    try (TrialogClient client = ready(platform.client())) {
      client.evaluate("checkout", USER, "fallback");
      Await.until("the second attempt", () -> platform.batches.size() == 2);
      assertThat(platform.batchNanos.get(1) - platform.batchNanos.get(0))
          .isGreaterThanOrEqualTo(1_000_000_000L);
    }
  }

  @Test
  void rejected_events_are_counted_and_not_sent_again() throws Exception {
    platform.answerBatches(
        new FakePlatform.Answer(
            200,
            "{\"accepted\":0,\"rejected\":[{\"kind\":\"exposure\",\"index\":0,"
                + "\"code\":\"unknown_experiment\"}]}",
            ""),
        new FakePlatform.Answer(422, "{\"code\":\"all_rejected\"}", ""));
    try (TrialogClient client = ready(platform.client())) {
      client.evaluate("checkout", USER, "fallback");
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      client.evaluate("checkout", Context.of("user_id", "u2"), "fallback");
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      assertThat(platform.batches).hasSize(2);
      assertThat(client.counters().eventsRejected()).isEqualTo(2);
      assertThat(client.counters().eventsAccepted()).isZero();
    }
  }

  @Test
  void a_full_queue_drops_and_counts_and_the_exposure_may_come_again() throws Exception {
    platform.gate = new CountDownLatch(1);
    try (TrialogClient client =
        ready(platform.client().queueCapacity(10).requestTimeout(Duration.ofSeconds(20)))) {
      client.evaluate("checkout", USER, "fallback");
      Await.until("a batch is in flight", () -> platform.batches.size() == 1);
      for (int i = 0; i < 30; i++) {
        client.evaluate("checkout", Context.of("user_id", "s" + i), "fallback");
      }
      assertThat(client.counters().eventsRecorded()).isEqualTo(10);
      assertThat(client.counters().eventsDropped()).isEqualTo(21);
      platform.gate.countDown();
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      client.evaluate("checkout", Context.of("user_id", "s0"), "fallback");
      client.evaluate("checkout", Context.of("user_id", "s29"), "fallback");
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      assertThat(client.counters().eventsAccepted()).isEqualTo(11);
      assertThat(received("exposures"))
          .extracting(exposure -> (Object) exposure.get("subject"))
          .contains(Subjects.hash("production", "user_id", "s29"));
    }
  }

  @Test
  void closing_ends_the_wait_that_the_collector_asked_for() throws Exception {
    platform.answerBatches(new FakePlatform.Answer(503, "", "60"));
    TrialogClient client = ready(platform.client());
    client.evaluate("checkout", USER, "fallback");
    Await.until("the sender waits", () -> platform.batches.size() == 1);
    client.close(Duration.ofSeconds(20));
    assertThat(client.counters().eventsPending()).isZero();
    assertThat(client.counters().eventsAccepted()).isEqualTo(1);
  }

  @Test
  void closing_delivers_what_waits_and_keeps_its_deadline_when_it_cannot() throws Exception {
    TrialogClient good = ready(platform.client().flushInterval(Duration.ofHours(1)));
    good.evaluate("checkout", USER, "fallback");
    good.close(Duration.ofSeconds(20));
    assertThat(received("exposures")).hasSize(1);

    TrialogClient bad = ready(platform.client().flushInterval(Duration.ofHours(1)));
    platform.broken = true;
    bad.evaluate("checkout", USER, "fallback");
    long start = System.nanoTime();
    bad.close(Duration.ofMillis(300));
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    assertThat(bad.counters().eventsPending()).isEqualTo(1);
  }

  @Test
  void many_threads_lose_nothing_and_expose_each_subject_once() throws Exception {
    int subjects = 3_000;
    try (TrialogClient client = ready(platform.client());
        var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> tasks =
          IntStream.range(0, 8).mapToObj(t -> task(client, subjects)).toList();
      for (Future<Boolean> done : pool.invokeAll(tasks, 40, TimeUnit.SECONDS)) {
        assertThat(done.get()).isTrue();
      }
      assertThat(client.flush(Duration.ofSeconds(20))).isTrue();
      Set<Object> exposed = new HashSet<>();
      received("exposures").forEach(exposure -> exposed.add(exposure.get("subject")));
      assertThat(exposed).hasSize(subjects);
      assertThat(received("exposures")).hasSize(subjects);
      assertThat(client.counters().eventsAccepted()).isEqualTo(subjects);
    }
  }

  private static Callable<Boolean> task(TrialogClient client, int subjects) {
    return () -> {
      for (int i = 0; i < subjects; i++) {
        client.evaluate("checkout", Context.of("user_id", "s" + i), "fallback");
      }
      return true;
    };
  }
}
