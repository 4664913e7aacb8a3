package io.trialog.command;

import static io.trialog.command.Bench.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ChangeKind;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ContinueRamp;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.HoldRamp;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.PlanRamp;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentCommand.TakeRampStep;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.RampHeld;
import io.trialog.language.ExperimentEvent.RampPlanned;
import io.trialog.language.GuardrailState;
import io.trialog.language.InvalidValue;
import io.trialog.language.RampPlan;
import io.trialog.language.RampPlan.Step;
import io.trialog.language.RampProgress;
import io.trialog.language.RampRefusal.EqualArmsComeFirst;
import io.trialog.language.RampRefusal.NoRampPlan;
import io.trialog.language.RampRefusal.RampCutoffPassed;
import io.trialog.language.RampRefusal.RampPlanIs;
import io.trialog.language.RampRefusal.StepNotDue;
import io.trialog.language.Refusal;
import io.trialog.language.SlotRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans, their gates, and equal arms. */
class RampTest {
  private Bench bench;

  @BeforeEach
  void open() {
    bench = Bench.open();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void a_plan_is_part_of_what_is_submitted_and_starts_with_its_first_step() {
    RampPlan plan = plan(step(10_000, 0), step(100_000, 60));
    bench.order("ada", new DraftExperiment(Bench.regulated()));
    bench.order("ada", new SubmitExperiment(KEY, new Change.FollowPlan(plan)));
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.order("ada", new StartExperiment(KEY, null, false, null, false));

    assertThat(bench.last(ExperimentStarted.class).trafficPpm()).isEqualTo(10_000);
    assertThat(bench.last(RampPlanned.class).progress())
        .isEqualTo(new RampProgress(1, bench.clock.instant().plus(Duration.ofHours(1))));
    bench.clock.advance(Duration.ofHours(1));
    bench.order("when-step-is-due", new TakeRampStep(KEY, 1));

    ExperimentRamped ramped = bench.last(ExperimentRamped.class);
    assertThat(ramped.trafficPpm()).isEqualTo(100_000);
    assertThat(ramped.basis()).isEqualTo(bench.last(ExperimentStarted.class).basis());
    assertThat(ramped.progress()).isEqualTo(new RampProgress(2, null));
    assertThat(gate(new TakeRampStep(KEY, 2))).isEqualTo("order");
  }

  @Test
  void a_step_waits_for_its_time() {
    planned(step(200_000, 60), step(300_000, 60));

    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("time");
    bench.clock.advance(Duration.ofMinutes(60));
    bench.order("rule", new TakeRampStep(KEY, 0));
    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("order");
    assertThat(gate(new TakeRampStep(KEY, 1))).isEqualTo("time");
  }

  @Test
  void a_step_waits_for_subjects_in_each_arm() {
    bench.running(Bench.guarded(), 100_000);
    plan("ada", plan(new Step(200_000, 0, 1_000, false, false)));

    bench.guardrail(GuardrailState.SAFE, 999, "v1");
    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("sample");
    bench.guardrail(GuardrailState.SAFE, 1_000, "v2");
    bench.order("rule", new TakeRampStep(KEY, 0));
  }

  @Test
  void a_step_waits_for_healthy_guardrails() {
    bench.running(Bench.guarded(), 100_000);
    plan("ada", plan(new Step(200_000, 0, 0, true, false)));

    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("guardrails");
    bench.guardrail(GuardrailState.WATCH, 10, "v1");
    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("guardrails");
    bench.guardrail(GuardrailState.SAFE, 10, "v2");
    bench.order("rule", new TakeRampStep(KEY, 0));
  }

  @Test
  void a_step_waits_for_its_approval() {
    planned(new Step(200_000, 0, 0, false, true));

    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("approval");
    bench.approved("wider", new Change.RampTo(200_000, false));
    bench.order("rule", new TakeRampStep(KEY, 0));
    assertThat(bench.last(ExperimentRamped.class).basis())
        .extracting(Basis::proposal)
        .isEqualTo("wider");
  }

  @Test
  void a_plan_made_when_nothing_had_to_be_approved_covers_nothing_once_it_must() {
    planned(step(200_000, 0));
    bench.policy(new ApprovalPolicy(1, List.of(), 72, 24, List.of(ChangeKind.RAMP)));

    assertThat(gate(new TakeRampStep(KEY, 0))).isEqualTo("approval");
  }

  @Test
  void a_plan_needs_what_a_ramp_needs() {
    bench.policy(new ApprovalPolicy(1, List.of(), 72, 24, List.of(ChangeKind.RAMP)));
    bench.running(Bench.design(), 100_000);
    RampPlan plan = plan(step(200_000, 0));

    assertThat(bench.refused("ada", new PlanRamp(KEY, plan, null)).code())
        .isEqualTo("approval_required");
    bench.approved("plan", new Change.FollowPlan(plan));
    bench.order("ada", new PlanRamp(KEY, null, "plan"));
    bench.order("rule", new TakeRampStep(KEY, 0));
    assertThat(bench.last(ExperimentRamped.class).basis())
        .extracting(Basis::proposal)
        .isEqualTo("plan");
  }

  @Test
  void a_held_plan_takes_no_step_until_it_goes_on() {
    planned(step(200_000, 0));
    bench.order("ada", new HoldRamp(KEY, false));

    assertThat(bench.refused("rule", new TakeRampStep(KEY, 0)))
        .isEqualTo(new RampPlanIs(KEY, true));
    assertThat(bench.refused("ada", new HoldRamp(KEY, false))).isEqualTo(new RampPlanIs(KEY, true));
    bench.order("ada", new ContinueRamp(KEY));
    assertThat(bench.refused("ada", new ContinueRamp(KEY))).isEqualTo(new RampPlanIs(KEY, false));
    bench.order("rule", new TakeRampStep(KEY, 0));
  }

  @Test
  void past_its_cutoff_a_plan_is_held_for_good() {
    Instant cutoff = bench.clock.instant().plus(Duration.ofHours(1));
    bench.running(Bench.design(), 100_000);
    plan("ada", new RampPlan(List.of(step(200_000, 0)), false, cutoff));

    assertThat(bench.refused("rule", new HoldRamp(KEY, true)).code()).isEqualTo("nothing_changes");
    bench.clock.advance(Duration.ofHours(1));
    assertThat(bench.refused("rule", new TakeRampStep(KEY, 0)))
        .isEqualTo(new RampCutoffPassed(KEY, cutoff));
    bench.order("rule", new HoldRamp(KEY, true));
    assertThat(bench.last()).isEqualTo(new RampHeld(KEY, true));
    assertThat(bench.refused("ada", new ContinueRamp(KEY)))
        .isEqualTo(new RampCutoffPassed(KEY, cutoff));
    bench.order("ada", new RampExperiment(KEY, 200_000));
  }

  @Test
  void a_ramp_by_hand_leaves_out_the_steps_that_it_passes() {
    planned(step(200_000, 0), step(300_000, 0), step(400_000, 0));
    bench.order("ada", new RampExperiment(KEY, 300_000));

    assertThat(bench.last(ExperimentRamped.class).progress())
        .isEqualTo(new RampProgress(2, bench.clock.instant()));
  }

  @Test
  void a_paused_or_killed_experiment_takes_no_step() {
    planned(step(200_000, 0));
    bench.order("ada", new PauseExperiment(KEY));
    assertThat(bench.refused("rule", new TakeRampStep(KEY, 0)).code()).isEqualTo("status_forbids");
    bench.order("ada", new KillExperiment(KEY, null));
    bench.approved("again", new Change.Revive(100_000));
    bench.order(
        "ada",
        new io.trialog.language.ExperimentCommand.ReviveExperiment(KEY, null, "again", false));

    assertThat(bench.refused("rule", new TakeRampStep(KEY, 0))).isEqualTo(new NoRampPlan(KEY));
  }

  @Test
  void a_plan_must_widen_from_step_to_step_and_beyond_what_is() {
    assertThatThrownBy(() -> plan(step(20, 0), step(20, 0)))
        .isInstanceOf(InvalidValue.class)
        .hasMessageContaining("must rise");
    bench.running(Bench.design(), 100_000);
    assertThat(bench.refused("ada", new PlanRamp(KEY, plan(step(100_000, 0)), null)))
        .isEqualTo(new Refusal.RampMustWiden(KEY, 100_000, 100_000));
  }

  @Test
  void equal_arms_are_as_large_as_the_smallest_arm() {
    bench.submitted(Bench.design());
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.order("ada", new StartExperiment(KEY, 500_000, true, null, false));

    assertThat(bench.last(ExperimentStarted.class).allocation())
        .containsExactly(new SlotRange("control", 0, 500), new SlotRange("green", 9_000, 9_500));
    bench.order("ada", new RampExperiment(KEY, 800_000));
    assertThat(bench.last(ExperimentRamped.class).allocation())
        .containsExactly(new SlotRange("control", 0, 800), new SlotRange("green", 9_000, 9_800));
    bench.order("ada", new RampExperiment(KEY, 800_000, false, null, false));
    assertThat(bench.last(ExperimentRamped.class).allocation())
        .containsExactly(new SlotRange("control", 0, 7_200), new SlotRange("green", 9_000, 9_800));
  }

  @Test
  void full_shares_do_not_shrink_to_equal_arms() {
    bench.running(Bench.design(), 100_000);

    assertThat(bench.refused("ada", new RampExperiment(KEY, 900_000, true, null, false)))
        .isEqualTo(new EqualArmsComeFirst(KEY));
  }

  @Test
  void of_twenty_who_take_one_step_at_once_one_widens() throws Exception {
    planned(step(200_000, 0), step(300_000, 0));
    List<@Nullable String> codes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<@Nullable String>> racing = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        racing.add(threads.submit(() -> outcome(new TakeRampStep(KEY, 0))));
      }
      for (Future<@Nullable String> racer : racing) {
        codes.add(racer.get(30, TimeUnit.SECONDS));
      }
    }
    assertThat(codes).filteredOn("done"::equals).hasSize(1);
    assertThat(bench.events()).filteredOn(ExperimentRamped.class::isInstance).hasSize(1);
  }

  private String outcome(TakeRampStep order) {
    try {
      bench.order("rule", order);
      return "done";
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void planned(Step... steps) {
    bench.running(Bench.design(), 100_000);
    plan("ada", plan(steps));
  }

  private void plan(String actor, RampPlan plan) {
    bench.order(actor, new PlanRamp(KEY, plan, null));
  }

  private String gate(TakeRampStep order) {
    Refusal refusal = bench.refused("rule", order);
    assertThat(refusal).isInstanceOf(StepNotDue.class);
    return ((StepNotDue) refusal).gate();
  }

  private static RampPlan plan(Step... steps) {
    return new RampPlan(List.of(steps), false, null);
  }

  private static Step step(int trafficPpm, long afterMinutes) {
    return new Step(trafficPpm, afterMinutes, 0, false, false);
  }
}
