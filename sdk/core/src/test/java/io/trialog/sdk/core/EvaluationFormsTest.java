package io.trialog.sdk.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Protocol clauses 1.4, 5.4 and 9.8: every way to ask gets the same answers, on any thread. */
class EvaluationFormsTest {
  private static final int SUBJECTS = 300;
  private static final Snapshot SNAPSHOT = snapshot();
  private static final Overrides FORCED =
      Overrides.none().with("x7", "user-3", "green").withAll("x8", "green");

  /** Every status, targeting, a prerequisite, holdouts, and more shared spaces than remembered. */
  private static Snapshot snapshot() {
    List<ExclusionSet> sets =
        IntStream.range(0, 90)
            .mapToObj(i -> ExclusionSet.of("s" + i, "s" + i, i % 2 == 0 ? "user_id" : "device_id"))
            .toList();
    List<Holdout> holdouts =
        List.of(
            Holdout.of("h0", "h0", "user_id", Holdout.Scope.GLOBAL, "", 300),
            Holdout.of("h1", "h1", "device_id", Holdout.Scope.SURFACE, "home", 2_000));
    List<Experiment> experiments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      experiments.add(experiment(i));
    }
    return Snapshot.builder("production", 5, Instant.EPOCH)
        .experiments(experiments)
        .holdouts(holdouts)
        .exclusionSets(sets)
        .build();
  }

  private static Experiment experiment(int number) {
    Experiment.Builder builder =
        Experiment.builder("x" + number)
            .surface(number % 3 == 0 ? "home" : "checkout")
            .unit(number % 5 == 0 ? "device_id" : "user_id")
            .fallbackUnit(number % 7 == 0 ? "user_id" : null)
            .control("control")
            .variants(List.of(Variant.of("control"), Variant.of("green", "{}")))
            .allocation(
                List.of(SlotRange.of(0, 4_000, "control"), SlotRange.of(5_000, 9_000, "green")));
    if (number % 2 == 0) {
      builder.reservations(
          List.of(ExclusionSet.Reservation.of("s" + number % 90, 0, 2_500, 5_000, 9_990)));
    }
    if (number % 4 == 1) {
      builder.targeting(
          Targeting.all(
              List.of(Condition.onText("country", Condition.Operator.IN, List.of("DE", "AT")))));
    }
    if (number % 11 == 10) {
      builder.prerequisites(
          List.of(Prerequisite.of(Prerequisite.Kind.EXPERIMENT, "x1", List.of("green"))));
    }
    if (number % 13 == 12) {
      builder.status(Experiment.Status.values()[number % 4]).winner("green");
    }
    return builder.build();
  }

  private static Context context(int number) {
    Context context = Context.of("country", number % 3 == 0 ? "DE" : number % 3 == 1 ? "AT" : "FR");
    if (number % 10 != 9) {
      context = context.with("user_id", "user-" + number);
    }
    return number % 4 == 3 ? context : context.with("device_id", "gerät-" + number);
  }

  private static List<Decision> oneByOne(Context context) {
    return SNAPSHOT.experiments().stream()
        .map(each -> Evaluator.evaluate(SNAPSHOT, each.key(), context, "mine", FORCED))
        .toList();
  }

  private record Told(String experiment, String variant, Reason reason, int slot) {
    static Told of(Decision decision) {
      return new Told(
          decision.experiment(),
          decision.variant(),
          decision.reason(),
          decision.slot().orElse(DecisionVisitor.NO_SLOT));
    }
  }

  private static List<Told> told(Context context) {
    List<Told> told = new ArrayList<>();
    Evaluator.evaluateAll(
        SNAPSHOT,
        context,
        FORCED,
        (experiment, variant, reason, slot) ->
            told.add(new Told(experiment.key(), variant.key(), reason, slot)));
    return told;
  }

  @Test
  void every_form_gives_the_same_answers() {
    for (int i = 0; i < SUBJECTS; i++) {
      Context context = context(i);
      List<Decision> expected = oneByOne(context);
      assertThat(Evaluator.evaluateAll(SNAPSHOT, context, FORCED)).isEqualTo(expected);
      assertThat(told(context)).isEqualTo(expected.stream().map(Told::of).toList());
      for (Decision each : expected) {
        assertThat(Evaluator.variant(SNAPSHOT, each.experiment(), context, "mine", FORCED))
            .isEqualTo(each.variant());
      }
    }
  }

  @Test
  void the_answers_are_those_of_a_plain_reading_of_the_clauses() {
    List<Reason> seen = new ArrayList<>();
    for (int i = 0; i < SUBJECTS; i++) {
      for (Decision each : oneByOne(context(i))) {
        seen.add(each.reason());
        each.slot()
            .ifPresent(slot ->
                assertThat(slot)
                    .isEqualTo(Slots.slot(each.experiment(), each.subject().orElseThrow())));
      }
    }
    assertThat(seen)
        .contains(Reason.ASSIGNED, Reason.NOT_ENROLLED, Reason.HELD_OUT, Reason.EXCLUDED)
        .contains(Reason.UNIT_MISSING, Reason.OVERRIDE, Reason.NOT_TARGETED, Reason.CONCLUDED)
        .contains(Reason.PREREQUISITE_FAILED, Reason.KILLED, Reason.NOT_RUNNING);
  }

  @Test
  void many_threads_get_what_one_thread_gets() throws Exception {
    List<List<Told>> expected =
        IntStream.range(0, SUBJECTS).mapToObj(i -> told(context(i))).toList();
    try (var pool = Executors.newFixedThreadPool(16)) {
      List<Callable<Integer>> tasks =
          IntStream.range(0, 16)
              .mapToObj(i -> (Callable<Integer>) () -> wrong(i, expected))
              .toList();
      for (Future<Integer> wrong : pool.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
        assertThat(wrong.get()).isZero();
      }
    }
  }

  /** Subjects in another order in each thread, and two at a time, so that memories are mixed. */
  private static int wrong(int seed, List<List<Told>> expected) {
    Random random = new Random(seed);
    int wrong = 0;
    for (int i = 0; i < 2 * SUBJECTS; i++) {
      int one = random.nextInt(SUBJECTS);
      int other = random.nextInt(SUBJECTS);
      wrong += told(context(one)).equals(expected.get(one)) ? 0 : 1;
      for (int x = 0; x < 20; x++) {
        int asked = x % 2 == 0 ? one : other;
        Told each = expected.get(asked).get(random.nextInt(200));
        wrong +=
            Evaluator.variant(SNAPSHOT, each.experiment(), context(asked), "mine", FORCED)
                    .equals(each.variant())
                ? 0
                : 1;
      }
    }
    return wrong;
  }

  @Test
  void a_broken_call_of_any_form_is_an_answer_and_not_an_exception() {
    Context user = Context.of("user_id", "1");
    assertThat(Evaluator.variant(null, "x0", user, "mine")).isEqualTo("mine");
    assertThat(Evaluator.variant(SNAPSHOT, "unknown", user, "mine")).isEqualTo("mine");
    assertThat(Evaluator.variant(SNAPSHOT, null, user, "mine")).isEqualTo("mine");
    assertThat(Evaluator.variant(SNAPSHOT, "x0", null, "mine")).isEqualTo("mine");
    assertThat(Evaluator.variant(SNAPSHOT, "x0", user, null)).isEqualTo("control");
    assertThat(Evaluator.evaluateAll(null, user, FORCED)).isEmpty();
    assertThat(Evaluator.evaluateAll(SNAPSHOT, null, FORCED))
        .hasSize(200)
        .allSatisfy(each -> assertThat(each.reason()).isEqualTo(Reason.ERROR));
    assertThat(told(null)).allSatisfy(each -> assertThat(each.reason()).isEqualTo(Reason.ERROR));
  }

  @Test
  void what_a_visitor_throws_is_the_callers() {
    assertThatThrownBy(() ->
            Evaluator.evaluateAll(
                SNAPSHOT,
                context(0),
                FORCED,
                (experiment, variant, reason, slot) -> {
                  throw new IllegalStateException("mine");
                }))
        .hasMessage("mine");
  }

  @Test
  void variants_are_looked_up_without_allocation() {
    Context[] contexts = IntStream.range(0, 64).mapToObj(i -> context(i)).toArray(Context[]::new);
    int[] assigned = new int[1];
    DecisionVisitor visitor =
        (experiment, variant, reason, slot) -> assigned[0] += reason == Reason.ASSIGNED ? 1 : 0;
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (Context context : contexts) {
        Evaluator.evaluateAll(SNAPSHOT, context, FORCED, visitor);
        assigned[0] += Evaluator.variant(SNAPSHOT, "x1", context, "mine").length();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(assigned[0]).isPositive();
    // Asking for the counter may allocate a little; 12,864 questions of a byte each would be more.
    assertThat(least).isLessThan(1_000);
  }

  @Test
  void a_context_finds_attributes_by_any_equal_name_however_many_there_are() {
    Context few = Context.of(Map.of("a", "1")).with(new String("unit"), "2");
    assertThat(few.get("unit")).isEqualTo("2");
    assertThat(few.get(new String("unit"))).isEqualTo("2");
    assertThat(few.get("b")).isNull();
    Context many = few;
    for (int i = 0; i < 50; i++) {
      many = many.with("n" + i, i);
    }
    assertThat(many.get("n49")).isEqualTo("49");
    assertThat(many.get(new String("unit"))).isEqualTo("2");
    assertThat(many.get("n50")).isNull();
    assertThat(many.with("n49", (String) null).value("n49")).isNull();
    assertThat(Context.of("a", "1").with("b", "2")).isEqualTo(Context.of("b", "2").with("a", "1"));
    assertThat(few.with("a", (String) null).with("unit", (String) null))
        .isEqualTo(Context.empty())
        .hasSameHashCodeAs(Context.empty());
  }

  @Test
  void long_and_short_subjects_in_turn_keep_their_slots() {
    String[] subjects = new String[40];
    for (int i = 0; i < subjects.length; i++) {
      subjects[i] = "ü".repeat(i % 4 == 0 ? 9_000 : i) + i;
    }
    String longSalt = "s".repeat(1_000);
    for (int round = 0; round < 2; round++) {
      for (String subject : subjects) {
        assertThat(Slots.slot("x", subject)).isEqualTo(naive("x", subject));
        assertThat(Slots.slot(longSalt, subject)).isEqualTo(naive(longSalt, subject));
        assertThat(Slots.slot("", subject)).isEqualTo(naive("", subject));
      }
    }
  }

  private static int naive(String salt, String subject) {
    try {
      byte[] key = (salt + ":" + subject).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(key);
      return new java.math.BigInteger(1, digest)
          .mod(java.math.BigInteger.valueOf(Slots.COUNT))
          .intValueExact();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
