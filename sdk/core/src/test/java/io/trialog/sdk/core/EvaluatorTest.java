package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Protocol clauses 5.1 to 5.4. */
class EvaluatorTest {
  private static final int SUBJECTS = 500;

  private static final Snapshot SNAPSHOT = snapshot();

  @Test
  void without_a_snapshot_the_answer_is_the_fallback() {
    Decision decision = Evaluator.evaluate(null, "e0", Context.of("user_id", "1"), "mine");
    assertThat(decision.reason()).isEqualTo(Reason.NOT_READY);
    assertThat(decision.variant()).isEqualTo("mine");
    assertThat(decision.position()).isEmpty();
  }

  @Test
  void a_broken_call_is_an_answer_and_not_an_exception() {
    Context user = Context.of("user_id", "1");
    assertError(Evaluator.evaluate(SNAPSHOT, "e0", null, "mine"), "mine");
    assertError(Evaluator.evaluate(SNAPSHOT, "e0", user, null), "control");
    assertError(Evaluator.evaluate(SNAPSHOT, "e0", user, "mine", null), "mine");
    assertThat(Evaluator.evaluate(SNAPSHOT, null, user, "mine").variant()).isEqualTo("mine");
    assertThat(Evaluator.evaluate(null, null, null, "mine").variant()).isEqualTo("mine");
  }

  private static void assertError(Decision decision, String variant) {
    assertThat(decision.reason()).isEqualTo(Reason.ERROR);
    assertThat(decision.variant()).isEqualTo(variant);
    assertThat(decision.hashedSubject()).isEmpty();
  }

  @Test
  void a_broken_question_about_a_flag_is_an_answer_too() {
    Context user = Context.of("user_id", "1");
    FlagDecision missing = Evaluator.evaluateFlag(null, "f", user, "7");
    assertThat(missing.reason()).isEqualTo(FlagReason.NOT_READY);
    assertThat(missing.value()).isEqualTo("7");
    assertThat(missing.position()).isEmpty();
    Flag flag =
        Flag.builder("f")
            .off("off")
            .variants(List.of(Flag.Value.of("off", "false")))
            .rollout(List.of(SlotRange.of(0, 10_000, "off")))
            .build();
    Snapshot snapshot =
        Snapshot.builder("production", 1, Instant.EPOCH).flags(List.of(flag)).build();
    assertThat(Evaluator.evaluateFlag(snapshot, "f", null, "7").reason())
        .isEqualTo(FlagReason.ERROR);
    assertThat(Evaluator.evaluateFlag(snapshot, "f", user, null).value()).isEqualTo("null");
    assertThat(Evaluator.evaluateFlag(snapshot, null, user, "7").value()).isEqualTo("7");
    assertThat(Evaluator.evaluateFlag(snapshot, "f", user, "7").reason())
        .isEqualTo(FlagReason.DISABLED);
  }

  /** Each flag asks for all below it: asked one by one, the last would ask 20^15 times. */
  @Test
  void two_ways_to_the_same_prerequisite_are_walked_once() {
    List<Flag> flags = new ArrayList<>();
    for (int level = 0; level < 16; level++) {
      for (int i = 0; i < 20; i++) {
        List<Prerequisite> below = new ArrayList<>();
        for (int j = 0; level > 0 && j < 20; j++) {
          below.add(
              Prerequisite.of(Prerequisite.Kind.FLAG, "f" + (level - 1) + "-" + j, List.of("on")));
        }
        flags.add(
            Flag.builder("f" + level + "-" + i)
                .enabled(true)
                .off("on")
                .variants(List.of(Flag.Value.of("on", "true")))
                .prerequisites(below)
                .rollout(List.of(SlotRange.of(0, 10_000, "on")))
                .build());
      }
    }
    Snapshot snapshot = Snapshot.builder("production", 1, Instant.EPOCH).flags(flags).build();
    FlagDecision decision =
        Evaluator.evaluateFlag(snapshot, "f15-0", Context.of("user_id", "1"), "7");
    assertThat(decision.reason()).isEqualTo(FlagReason.DEFAULT);
  }

  @Test
  void eight_threads_get_what_one_thread_gets() throws Exception {
    List<Decision> alone = all();
    try (var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<List<Decision>>> tasks =
          IntStream.range(0, 8)
              .mapToObj(i -> (Callable<List<Decision>>) EvaluatorTest::all)
              .toList();
      for (Future<List<Decision>> together : pool.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        assertThat(together.get().equals(alone)).isTrue();
      }
    }
  }

  @Test
  void a_ramp_keeps_everybody_who_was_in() {
    Map<String, Decision> before = new HashMap<>();
    SlotTable table = halves();
    for (int ppm = 0; ppm <= 1_000_000; ppm += 50_000) {
      Snapshot snapshot = ramped(table, ppm);
      for (int i = 0; i < 500; i++) {
        Decision now =
            Evaluator.evaluate(snapshot, "ramp", Context.of("user_id", "" + i), "fallback");
        Decision then = before.put("" + i, now);
        if (then != null && then.assigned()) {
          assertThat(now.variant()).isEqualTo(then.variant());
          assertThat(now.assigned()).isTrue();
        }
      }
    }
    assertThat(before.values()).allMatch(Decision::assigned);
  }

  @Test
  void neither_a_decision_nor_a_context_prints_the_subject() {
    Context context = Context.of("user_id", "secret-person").with("country", "secret-land");
    Decision decision = Evaluator.evaluate(SNAPSHOT, "e0", context, "fallback");
    assertThat(decision.subject()).contains("secret-person");
    assertThat(decision.toString() + context).doesNotContain("secret");
  }

  /** An order of magnitude only: what must not happen is a copy or a parse in each call. */
  @Test
  void an_evaluation_takes_microseconds_not_milliseconds() {
    Context context = Context.of("user_id", "1f2e3d4c-0000-4000-8000-1234567890ab");
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 10_000; i++) {
        Evaluator.evaluate(SNAPSHOT, "e1", context, "fallback");
      }
      best = Math.min(best, (System.nanoTime() - start) / 10_000);
    }
    assertThat(best).isLessThan(50_000);
  }

  private static List<Decision> all() {
    List<Decision> decisions = new ArrayList<>();
    for (int i = 0; i < SUBJECTS; i++) {
      Context context =
          Context.of("user_id", "subject-é-" + i).with("country", i % 2 == 0 ? "US" : "CA");
      for (Experiment experiment : SNAPSHOT.experiments()) {
        decisions.add(Evaluator.evaluate(SNAPSHOT, experiment.key(), context, "fallback"));
      }
    }
    return decisions;
  }

  private static Snapshot snapshot() {
    List<Experiment> experiments = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      experiments.add(
          base("e" + i)
              .allocation(Allocation.enrol(halves(), 1_000_000 - 40_000 * i))
              .targeting(
                  i % 3 == 0
                      ? Condition.onText("country", Condition.Operator.IN, List.of("US"))
                      : Targeting.everybody())
              .reservations(
                  List.of(ExclusionSet.Reservation.of("s" + i % 12, 0, 4_000, 6_000, 10_000)))
              .status(i == 19 ? Experiment.Status.KILLED : Experiment.Status.RUNNING)
              .build());
    }
    List<Holdout> holdouts = new ArrayList<>();
    List<ExclusionSet> sets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      holdouts.add(Holdout.of("h" + i, "h" + i, "user_id", Holdout.Scope.GLOBAL, "", 200));
    }
    // More than a thread remembers, so that answers are forgotten and asked again.
    for (int i = 0; i < 12; i++) {
      sets.add(ExclusionSet.of("s" + i, "s" + i, "user_id"));
    }
    return Snapshot.builder("production", 1, Instant.EPOCH)
        .experiments(experiments)
        .holdouts(holdouts)
        .exclusionSets(sets)
        .build();
  }

  private static Snapshot ramped(SlotTable table, int ppm) {
    Experiment experiment = base("ramp").allocation(Allocation.enrol(table, ppm)).build();
    return Snapshot.of("production", 1, Instant.EPOCH, List.of(experiment));
  }

  private static Experiment.Builder base(String key) {
    return Experiment.builder(key)
        .control("control")
        .variants(List.of(Variant.of("control"), Variant.of("treatment")));
  }

  private static SlotTable halves() {
    return SlotTable.fromShares(
        new String[] {"control", "treatment"}, new double[] {0.5, 0.5}, "control");
  }
}
