package io.trialog.command;

import static io.trialog.command.Bench.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.experiment.WhenReviewIsOverdueThenAlarm;
import io.trialog.command.experiment.WhenStepIsDueThenRamp;
import io.trialog.language.Actor;
import io.trialog.language.ExperimentCommand.HoldRamp;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.PlanRamp;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.RampHeld;
import io.trialog.language.ExperimentEvent.ReviewOverdue;
import io.trialog.language.GuardrailState;
import io.trialog.language.RampPlan;
import io.trialog.language.log.RecordedEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the platform does by itself once its time has come, on the log and with a clock. */
class AutomationTest {
  private static final Duration TICK = Duration.ofMillis(5);

  private Bench bench;
  private @Nullable AutomationRunner runner;

  @BeforeEach
  void open() {
    bench = Bench.open();
  }

  @AfterEach
  void close() {
    stop();
    bench.close();
  }

  @Test
  void an_overdue_review_raises_one_alarm_also_after_a_restart() {
    bench.running(Bench.design(), 100_000);
    bench.order("ada", new RampExperiment(KEY, 200_000, null, null, true));
    start(new WhenReviewIsOverdueThenAlarm());

    bench.clock.advance(Duration.ofHours(24));
    await(() -> count(ReviewOverdue.class) == 1);
    stop();
    Rounds rounds = new Rounds();
    start(new WhenReviewIsOverdueThenAlarm(), rounds);
    bench.clock.advance(Duration.ofHours(24));
    rounds.await(5);

    assertThat(count(ReviewOverdue.class)).isEqualTo(1);
    RecordedEvent alarm = bench.history(KEY).getLast();
    assertThat(alarm.metadata().actor())
        .isEqualTo(Actor.automation("when-review-is-overdue-then-alarm"));
    assertThat(alarm.metadata().causationId())
        .isEqualTo(bench.history(KEY).get(bench.history(KEY).size() - 2).eventId());
  }

  @Test
  void a_plan_is_followed_step_by_step_each_at_its_time() {
    bench.running(Bench.design(), 100_000);
    start(new WhenStepIsDueThenRamp());
    plan(null, step(200_000, 0), step(300_000, 60), step(1_000_000, 60));

    await(() -> traffic() == 200_000);
    bench.clock.advance(Duration.ofMinutes(60));
    await(() -> traffic() == 300_000);
    bench.clock.advance(Duration.ofMinutes(60));
    await(() -> traffic() == 1_000_000);
    assertThat(count(ExperimentRamped.class)).isEqualTo(3);
  }

  @Test
  void a_step_that_is_refused_is_asked_again_after_a_while() {
    bench.running(Bench.guarded(), 100_000);
    Rounds rounds = new Rounds();
    plan(null, new RampPlan.Step(200_000, 0, 0, true, false));
    start(new WhenStepIsDueThenRamp(), rounds);
    rounds.await(3);
    assertThat(traffic()).isEqualTo(100_000);

    bench.guardrail(GuardrailState.SAFE, 10, "v1");
    bench.clock.advance(Duration.ofMinutes(1));

    await(() -> traffic() == 200_000);
  }

  @Test
  void a_plan_is_held_at_its_cutoff() {
    bench.running(Bench.design(), 100_000);
    plan(bench.clock.instant().plus(Duration.ofHours(2)), step(200_000, 180));
    start(new WhenStepIsDueThenRamp());

    bench.clock.advance(Duration.ofHours(3));

    await(() -> count(RampHeld.class) == 1);
    assertThat(bench.last(RampHeld.class).atCutoff()).isTrue();
    assertThat(count(ExperimentRamped.class)).isZero();
  }

  @Test
  void no_step_is_taken_while_it_is_paused_or_held() {
    bench.running(Bench.design(), 100_000);
    plan(null, step(200_000, 60));
    bench.order("ada", new HoldRamp(KEY, false));
    Rounds rounds = new Rounds();
    start(new WhenStepIsDueThenRamp(), rounds);
    bench.clock.advance(Duration.ofHours(2));
    rounds.await(3);
    bench.order("ada", new PauseExperiment(KEY));
    bench.order("ada", new io.trialog.language.ExperimentCommand.ContinueRamp(KEY));
    rounds.await(3);
    assertThat(count(ExperimentRamped.class)).isZero();

    bench.order("ada", new ResumeExperiment(KEY));
    await(() -> traffic() == 200_000);
  }

  @Test
  void an_automation_that_breaks_does_not_keep_the_others_from_their_work() {
    bench.running(Bench.design(), 100_000);
    plan(null, step(200_000, 0));
    Breaking breaking = new Breaking();
    start(breaking, new WhenStepIsDueThenRamp());

    await(() -> traffic() == 200_000);
    assertThat(breaking.asked).isPositive();
  }

  @Test
  void a_runner_ends_when_it_is_closed() {
    start(new WhenStepIsDueThenRamp());
    AutomationRunner running = runner;
    assertThat(running).isNotNull();
    assertThat(running.isAlive()).isTrue();
    running.close();
    assertThat(running.isAlive()).isFalse();
    runner = null;
  }

  private void start(Automation... automations) {
    runner =
        new AutomationRunner(
            bench.side.log(), bench.side.desk(), bench.clock, TICK, List.of(automations));
  }

  private void stop() {
    if (runner != null) {
      runner.close();
      runner = null;
    }
  }

  private void plan(@Nullable Instant cutoff, RampPlan.Step... steps) {
    bench.order("ada", new PlanRamp(KEY, new RampPlan(List.of(steps), false, cutoff), null));
  }

  private static RampPlan.Step step(int trafficPpm, long afterMinutes) {
    return new RampPlan.Step(trafficPpm, afterMinutes, 0, false, false);
  }

  private int traffic() {
    return bench.events().stream()
        .filter(ExperimentRamped.class::isInstance)
        .mapToInt(event -> ((ExperimentRamped) event).trafficPpm())
        .max()
        .orElse(100_000);
  }

  private long count(Class<? extends ExperimentEvent> type) {
    return bench.events().stream().filter(type::isInstance).count();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  /** Counts how often the runner has asked for what is due; asked last, it has asked all. */
  private static final class Rounds implements Automation {
    private final List<CountDownLatch> waiting = new ArrayList<>();

    @Override
    public String name() {
      return "rounds";
    }

    @Override
    public void on(RecordedEvent event) {}

    @Override
    public List<Due> due(Instant now) {
      synchronized (waiting) {
        waiting.forEach(CountDownLatch::countDown);
      }
      return List.of();
    }

    void await(int rounds) {
      CountDownLatch latch = new CountDownLatch(rounds);
      synchronized (waiting) {
        waiting.add(latch);
      }
      try {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final class Breaking implements Automation {
    private volatile int asked;

    @Override
    public String name() {
      return "breaking";
    }

    @Override
    public void on(RecordedEvent event) {}

    @Override
    public List<Due> due(Instant now) {
      asked++;
      throw new IllegalStateException("broken on purpose");
    }
  }
}
