package io.trialog.query.ofrep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.measurement.collector.BatchRefused;
import io.trialog.measurement.collector.Receipt;
import io.trialog.measurement.collector.StreamUnavailable;
import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clause 14.8: exposures of the server are those of an SDK, and hold up nobody. */
class OfrepExposuresTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
  private static final Snapshot SNAPSHOT =
      Snapshot.builder("production", 7, CLOCK.instant())
          .experiments(
              List.of(
                  Experiment.builder("checkout")
                      .namespace("acme/rides")
                      .surface("web")
                      .unit("user_id")
                      .status(Experiment.Status.RUNNING)
                      .control("control")
                      .variants(List.of(Variant.of("control"), Variant.of("green")))
                      .allocation(List.of(SlotRange.of(0, 10_000, "green")))
                      .build()))
          .build();

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final OfrepExposures.Limits limits =
      new OfrepExposures.Limits(5, 1_000, Duration.ofMillis(5), Duration.ofSeconds(2));
  private OfrepExposures exposures = new OfrepExposures(this::taken, limits, CLOCK);

  @AfterEach
  void stop() {
    exposures.stop();
  }

  private Optional<Receipt> taken(byte[] body) {
    sent.add(new String(body, StandardCharsets.UTF_8));
    int events = sent.getLast().split("\"experiment\"", -1).length - 1;
    return Optional.of(new Receipt(events, List.of(), Map.of()));
  }

  private static Decision decision(String user) {
    return Evaluator.evaluate(SNAPSHOT, "checkout", Context.of("user_id", user), "control");
  }

  private void await(String counter, long value) {
    await(() -> exposures.counters().getOrDefault(counter, -1L) == value);
  }

  private void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s", exposures.counters()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void an_exposure_goes_out_once_with_the_hashed_subject_and_the_position() {
    exposures.start();
    exposures.record(decision("ada"));
    exposures.record(decision("ada"));
    await("ofrep_exposures_accepted", 1);
    assertThat(String.join("", sent))
        .contains("\"experiment\":\"checkout\"", "\"variant\":\"green\"", "\"position\":7")
        .contains("\"surface\":\"web\"", "\"epoch\":0", "\"time\":\"2026-11-22T12:00:00Z\"")
        .doesNotContain("ada");
  }

  @Test
  void what_does_not_fit_is_dropped_and_counted_and_may_be_recorded_again() {
    for (int i = 0; i < 8; i++) {
      exposures.record(decision("user-" + i));
    }
    assertThat(exposures.counters())
        .containsEntry("ofrep_exposures_recorded", 5L)
        .containsEntry("ofrep_exposures_dropped", 3L)
        .containsEntry("ofrep_exposures_pending", 5L);
    exposures.start();
    await("ofrep_exposures_pending", 0);
    exposures.record(decision("user-7"));
    await("ofrep_exposures_accepted", 6);
  }

  @Test
  void while_the_stream_is_away_the_same_batch_is_sent_again() {
    exposures =
        new OfrepExposures(
            body -> {
              taken(body);
              return switch (sent.size()) {
                case 1 -> Optional.empty();
                case 2 -> throw new StreamUnavailable("away", new IllegalStateException());
                default -> Optional.of(new Receipt(1, List.of(), Map.of()));
              };
            },
            limits,
            CLOCK);
    exposures.record(decision("ada"));
    exposures.start();
    await("ofrep_exposures_accepted", 1);
    assertThat(sent).hasSize(3).containsOnly(sent.getFirst());
    assertThat(exposures.counters()).containsEntry("ofrep_exposures_pending", 0L);
  }

  @Test
  void a_batch_that_can_never_be_taken_is_given_up_and_counted() {
    exposures =
        new OfrepExposures(
            body -> {
              throw new IllegalStateException("a defect");
            },
            limits,
            CLOCK);
    exposures.record(decision("ada"));
    exposures.start();
    await("ofrep_exposures_rejected", 1);
    assertThat(exposures.counters()).containsEntry("ofrep_exposures_pending", 0L);
  }

  @Test
  void recording_does_not_wait_for_a_stream_that_hangs_and_stopping_has_a_deadline()
      throws InterruptedException {
    CountDownLatch hung = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    OfrepExposures.Limits brief =
        new OfrepExposures.Limits(5, 1_000, Duration.ofMillis(5), Duration.ofMillis(50));
    exposures =
        new OfrepExposures(
            body -> {
              hung.countDown();
              awaitForever(never);
              return Optional.empty();
            },
            brief,
            CLOCK);
    exposures.start();
    exposures.record(decision("ada"));
    assertThat(hung.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    exposures.record(decision("bob"));
    assertThat(exposures.counters()).containsEntry("ofrep_exposures_recorded", 2L);
    exposures.stop();
    assertThat(exposures.isRunning()).isFalse();
  }

  private static void awaitForever(CountDownLatch never) throws StreamUnavailable {
    try {
      never.await();
    } catch (InterruptedException e) {
      throw new StreamUnavailable("interrupted", e);
    }
  }

  @Test
  void stopping_sends_what_waits() throws BatchRefused {
    OfrepExposures.Limits slow =
        new OfrepExposures.Limits(5, 1_000, Duration.ofHours(1), Duration.ofSeconds(10));
    exposures = new OfrepExposures(this::taken, slow, CLOCK);
    exposures.start();
    exposures.record(decision("ada"));
    exposures.stop();
    assertThat(exposures.counters()).containsEntry("ofrep_exposures_accepted", 1L);
  }
}
