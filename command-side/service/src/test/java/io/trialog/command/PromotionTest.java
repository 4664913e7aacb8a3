package io.trialog.command;

import static io.trialog.command.Bench.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ApprovalRefusal.ReviewClosedBefore;
import io.trialog.language.ApprovalRefusal.ReviewNotOverdue;
import io.trialog.language.ApprovalRefusal.ReviewerMustDiffer;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.ArchiveExperiment;
import io.trialog.language.ExperimentCommand.CloseReview;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.RaiseOverdueReview;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentCommand.RetargetExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.GuardrailStateRecorded;
import io.trialog.language.ExperimentEvent.ReviewClosed;
import io.trialog.language.ExperimentEvent.ReviewOpened;
import io.trialog.language.ExperimentEvent.ReviewOverdue;
import io.trialog.language.GuardrailState;
import io.trialog.language.PromotionRefusal.GuardrailBlocksPromotion;
import io.trialog.language.PromotionRefusal.ReviewOpen;
import io.trialog.language.Refusal;
import io.trialog.language.Targeting;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Promotion waits for guardrails and reviews; who breaks the glass is reviewed by another. */
class PromotionTest {
  private static final List<Design.Variant> GREENER =
      List.of(
          new Design.Variant("control", new BigDecimal("0.8"), null),
          new Design.Variant("green", new BigDecimal("0.2"), null));
  private static final List<Design.Variant> PALER =
      List.of(
          new Design.Variant("control", new BigDecimal("0.95"), null),
          new Design.Variant("green", new BigDecimal("0.05"), null));

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
  void a_start_waits_for_no_guardrail() {
    bench.running(Bench.guarded(), 100_000);
  }

  @Test
  void an_undecided_critical_guardrail_blocks_every_promotion() {
    bench.running(Bench.guarded(), 100_000);
    Refusal block = new GuardrailBlocksPromotion(KEY, "errors", "green", "undecided");

    assertThat(bench.refused("ada", new RampExperiment(KEY, 200_000))).isEqualTo(block);
    assertThat(bench.refused("root", new ConcludeExperiment(KEY, "green"))).isEqualTo(block);
    bench.approved("greener", new Change.Reallocate(GREENER));
    assertThat(bench.refused("ada", new ReallocateExperiment(KEY, null, "greener")))
        .isEqualTo(block);
  }

  @ParameterizedTest
  @EnumSource(
      value = GuardrailState.class,
      names = {"WATCH", "BREACHED"})
  void a_critical_guardrail_that_is_not_safe_blocks(GuardrailState state) {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.SAFE, 10, "v1");
    bench.guardrail(state, 20, "v2");

    assertThat(bench.refused("ada", new RampExperiment(KEY, 200_000)))
        .isEqualTo(new GuardrailBlocksPromotion(KEY, "errors", "green", state.word()));
    bench.guardrail(GuardrailState.SAFE, 30, "v3");
    bench.order("ada", new RampExperiment(KEY, 200_000));
  }

  @Test
  void what_is_no_promotion_does_not_wait_for_guardrails() {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.BREACHED, 10, "v1");

    bench.order("ada", new PauseExperiment(KEY));
    bench.order("ada", new ResumeExperiment(KEY));
    bench.approved("paler", new Change.Reallocate(PALER));
    bench.order("ada", new ReallocateExperiment(KEY, null, "paler"));
    bench.order("ada", new ConcludeExperiment(KEY, "control"));
  }

  @Test
  void another_epoch_is_undecided_again() {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.SAFE, 10, "v1");
    bench.approved("greener", new Change.Reallocate(GREENER));
    bench.order("ada", new ReallocateExperiment(KEY, null, "greener"));

    assertThat(bench.refused("ada", new RampExperiment(KEY, 200_000)))
        .isEqualTo(new GuardrailBlocksPromotion(KEY, "errors", "green", "undecided"));
  }

  @Test
  void a_reading_is_recorded_once_and_only_of_what_is_guarded() {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.WATCH, 10, "v1");
    bench.guardrail(GuardrailState.WATCH, 10, "v1");

    assertThat(bench.events()).filteredOn(GuardrailStateRecorded.class::isInstance).hasSize(1);
    assertThat(bench.refused("guard", reading("latency", "green")).code())
        .isEqualTo("unknown_reference");
    assertThat(bench.refused("guard", reading("errors", "control")).code())
        .isEqualTo("unknown_variant");
  }

  @Test
  void a_break_glass_goes_past_approval_and_guardrail_is_marked_and_opens_a_review() {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.BREACHED, 10, "v1");

    bench.order("ada", new RampExperiment(KEY, 200_000, null, null, true));

    assertThat(bench.last(ExperimentRamped.class).basis()).isEqualTo(Basis.BROKEN_GLASS);
    assertThat(bench.last()).isEqualTo(new ReviewOpened(KEY, "r1", "ramp", due(24)));
    assertThat(bench.history(KEY).getLast().metadata().reason()).isEqualTo("test");
  }

  @Test
  void a_break_glass_says_why() {
    bench.running(Bench.design(), 100_000);
    for (ExperimentCommand order :
        List.of(
            new RampExperiment(KEY, 200_000, null, null, true),
            new ConcludeExperiment(KEY, "green", null, true),
            new RetargetExperiment(KEY, new Targeting.Not(Targeting.EVERYBODY), null, true),
            new KillExperiment(KEY, null, true))) {
      assertThat(bench.refused("ada", order, " ").code()).isEqualTo("reason_required");
    }
  }

  @Test
  void a_draft_starts_at_once_by_break_glass() {
    bench.order("ada", new DraftExperiment(Bench.regulated()));

    assertThat(bench.order("ada", new StartExperiment(KEY, 5, false, null, true)).status())
        .isEqualTo("running");
    assertThat(bench.last(ReviewOpened.class).operation()).isEqualTo("start");
  }

  @Test
  void an_open_review_blocks_promotion_but_no_kill_and_another_person_closes_it() {
    bench.policy(new ApprovalPolicy(1, List.of(), 72, 6, List.of()));
    bench.running(Bench.design(), 100_000);
    bench.order("ben", new RampExperiment(KEY, 200_000, null, null, true));
    Refusal open = new ReviewOpen(KEY, "r1", "ramp", due(6));

    assertThat(bench.refused("ada", new RampExperiment(KEY, 300_000))).isEqualTo(open);
    assertThat(bench.refused("ada", new RampExperiment(KEY, 300_000, null, null, true)))
        .isEqualTo(open);
    assertThat(bench.refused("ada", new ConcludeExperiment(KEY, "control"))).isEqualTo(open);
    assertThat(
            bench.refused("ada", new ReallocateExperiment(KEY, new Change.Reallocate(PALER), null)))
        .isEqualTo(open);
    assertThat(bench.refused("ben", new CloseReview(KEY, "r1", "fine")))
        .isEqualTo(new ReviewerMustDiffer(KEY, "r1", "ben"));
    bench.order("cyd", new CloseReview(KEY, "r1", "fine"));
    assertThat(bench.last()).isEqualTo(new ReviewClosed(KEY, "r1", "fine"));
    assertThat(bench.refused("cyd", new CloseReview(KEY, "r1", "fine")))
        .isEqualTo(new ReviewClosedBefore(KEY, "r1"));
    bench.order("ada", new RampExperiment(KEY, 300_000));
  }

  @Test
  void one_person_kills_by_break_glass_also_while_a_review_is_open() {
    bench.running(Bench.design(), 100_000);
    bench.order("ben", new RampExperiment(KEY, 200_000, null, null, true));

    bench.order("cyd", new KillExperiment(KEY, null, true));

    assertThat(bench.last(ExperimentKilled.class).basis()).isEqualTo(Basis.BROKEN_GLASS);
    assertThat(bench.last()).isEqualTo(new ReviewOpened(KEY, "r2", "kill", due(24)));
    bench.approved("again", new Change.Revive(5));
    assertThat(bench.refused("ada", new ReviveExperiment(KEY, null, "again", false)).code())
        .isEqualTo("review_open");
  }

  @Test
  void a_revive_goes_past_the_guardrails_by_break_glass_never_past_the_approval() {
    bench.running(Bench.guarded(), 100_000);
    bench.guardrail(GuardrailState.BREACHED, 10, "v1");
    bench.order("ada", new KillExperiment(KEY, null));
    bench.approved("again", new Change.Revive(5));

    assertThat(bench.refused("ada", new ReviveExperiment(KEY, 5, null, false)).code())
        .isEqualTo("guardrail_blocks_promotion");
    bench.order("ada", new ReviveExperiment(KEY, 5, null, true));
    assertThat(bench.last(ExperimentRevived.class).basis())
        .extracting(Basis::proposal, Basis::breakGlass)
        .containsExactly("again", true);
  }

  @Test
  void an_overdue_review_raises_one_alarm() {
    bench.running(Bench.design(), 100_000);
    bench.order("ada", new RampExperiment(KEY, 200_000, null, null, true));
    Instant due = due(24);

    assertThat(bench.refused("rule", new RaiseOverdueReview(KEY, "r1")))
        .isEqualTo(new ReviewNotOverdue(KEY, "r1", due));
    bench.clock.advance(Duration.ofHours(24));
    bench.order("rule", new RaiseOverdueReview(KEY, "r1"));
    assertThat(bench.last()).isEqualTo(new ReviewOverdue(KEY, "r1", due));
    assertThat(bench.refused("rule", new RaiseOverdueReview(KEY, "r1")).code())
        .isEqualTo("review_not_overdue");
    assertThat(bench.refused("rule", new RaiseOverdueReview(KEY, "r9")).code())
        .isEqualTo("review_not_found");
    bench.order("cyd", new CloseReview(KEY, "r1", "late, but fine"));
  }

  @Test
  void what_runs_is_not_archived_and_nothing_happens_after() {
    bench.running(Bench.design(), 100_000);
    assertThat(bench.refused("ada", new ArchiveExperiment(KEY)).code()).isEqualTo("status_forbids");
    bench.order("ada", new PauseExperiment(KEY));
    assertThat(bench.refused("ada", new ArchiveExperiment(KEY)).code()).isEqualTo("status_forbids");
    bench.order("ada", new KillExperiment(KEY, null));

    assertThat(bench.order("ada", new ArchiveExperiment(KEY)).status()).isEqualTo("archived");
    assertThat(bench.refused("ada", new ReviveExperiment(KEY, 5, null, true)).code())
        .isEqualTo("status_forbids");
  }

  private Instant due(int hours) {
    return bench.clock.instant().plus(Duration.ofHours(hours));
  }

  private static ExperimentCommand reading(String metric, String variant) {
    return new ExperimentCommand.RecordGuardrailState(
        KEY, metric, variant, GuardrailState.SAFE, 1, 1, "v", BigDecimal.ZERO);
  }
}
