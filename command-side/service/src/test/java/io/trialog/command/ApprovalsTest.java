package io.trialog.command;

import static io.trialog.command.Bench.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.command.experiment.Proposals;
import io.trialog.language.AccessEvent.CommandRefused;
import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ApprovalRefusal.AlreadyApproved;
import io.trialog.language.ApprovalRefusal.ApprovalExpired;
import io.trialog.language.ApprovalRefusal.ApprovalRequired;
import io.trialog.language.ApprovalRefusal.ApproverLostRole;
import io.trialog.language.ApprovalRefusal.ChangeDiffers;
import io.trialog.language.ApprovalRefusal.LaunchDiffers;
import io.trialog.language.ApprovalRefusal.NotAnApprover;
import io.trialog.language.ApprovalRefusal.ProposalClosed;
import io.trialog.language.ApprovalRefusal.TooManyProposals;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.RetargetExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentCommand.WithdrawChange;
import io.trialog.language.ExperimentEvent.ChangeApproved;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.Refusal;
import io.trialog.language.Tally;
import io.trialog.language.Targeting;
import io.trialog.language.wire.EventCodec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may say yes, to what exactly, for how long, and what then rests on it. */
class ApprovalsTest {
  private static final Targeting ONLY_DE =
      Targeting.Condition.onText("country", Targeting.Operator.IN, List.of("de"));
  private static final ApprovalPolicy TWO =
      new ApprovalPolicy(2, List.of(), 72, 24, List.of(ChangeKind.RAMP));

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
  void an_approval_says_how_many_there_are_and_until_when_it_is_good() {
    bench.policy(TWO);
    bench.submitted(Bench.design());

    assertThat(bench.order("ben", new ApproveExperiment(KEY, null)).status())
        .isEqualTo("in_review");
    assertThat(bench.last())
        .isEqualTo(
            new ExperimentApproved(
                KEY,
                Proposals.digest(Bench.design()),
                new Tally(1, 2, bench.clock.instant().plus(Duration.ofHours(72)))));
    assertThat(bench.refused("ada", new StartExperiment(KEY, 1)).code())
        .isEqualTo("status_forbids");
    assertThat(bench.order("cyd", new ApproveExperiment(KEY, null)).status()).isEqualTo("approved");
    assertThat(bench.order("ada", new StartExperiment(KEY, 1)).status()).isEqualTo("running");
  }

  @Test
  void the_same_person_counts_once() {
    bench.policy(TWO);
    bench.submitted(Bench.design());
    bench.order("ben", new ApproveExperiment(KEY, null));

    assertThat(bench.refused("ben", new ApproveExperiment(KEY, null)))
        .isEqualTo(new AlreadyApproved(KEY, "ben"));
  }

  @Test
  void a_namespace_may_name_its_approvers() {
    bench.policy(new ApprovalPolicy(1, List.of("cyd"), 72, 24, List.of()));
    bench.submitted(Bench.design());

    assertThat(bench.refused("ben", new ApproveExperiment(KEY, null)))
        .isEqualTo(new NotAnApprover(KEY, "ben"));
    bench.order("cyd", new ApproveExperiment(KEY, null));
  }

  @Test
  void whoever_edited_at_any_time_approves_nothing() {
    bench.order("ben", new DraftExperiment(Bench.design()));
    bench.order("cyd", new ReviseExperiment(Bench.design()));
    bench.order("dan", new SubmitExperiment(KEY, new Change.StartAt(5, false)));

    for (String editor : List.of("ben", "cyd", "dan")) {
      assertThat(bench.refused(editor, new ApproveExperiment(KEY, null)))
          .isEqualTo(new Refusal.ApproverMustDiffer(KEY, editor));
    }
  }

  @Test
  void who_proposes_a_change_does_not_approve_it() {
    bench.running(Bench.design(), 100_000);
    bench.order("cyd", new ProposeChange(KEY, "p", new Change.RampTo(200_000, false)));

    assertThat(bench.refused("cyd", new ApproveChange(KEY, "p", null)))
        .isEqualTo(new Refusal.ApproverMustDiffer(KEY, "cyd"));
    assertThat(bench.refused("ada", new ApproveChange(KEY, "p", null)))
        .isEqualTo(new Refusal.ApproverMustDiffer(KEY, "ada"));
  }

  @Test
  void an_approval_ends_after_its_time_and_may_be_given_again() {
    bench.submitted(Bench.design());
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.clock.advance(Duration.ofHours(72));

    assertThat(bench.refused("ada", new StartExperiment(KEY, 1)))
        .isEqualTo(new ApprovalExpired(KEY, ChangeKind.START, bench.clock.instant()));
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.order("ada", new StartExperiment(KEY, 1));
  }

  @Test
  void an_approval_is_void_when_the_approver_has_lost_the_role() {
    bench.submitted(Bench.design());
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.loseRole("ben");

    assertThat(bench.refused("ada", new StartExperiment(KEY, 1)))
        .isEqualTo(new ApproverLostRole(KEY, ChangeKind.START, "ben"));
  }

  @Test
  void an_approval_of_another_text_is_refused() {
    bench.running(Bench.design(), 100_000);
    bench.order("ada", new ProposeChange(KEY, "p", new Change.RampTo(200_000, false)));

    assertThat(bench.refused("ben", new ApproveChange(KEY, "p", "0000")).code())
        .isEqualTo("proposal_changed");
    String digest = Proposals.digest(Bench.design(), new Change.RampTo(200_000, false));
    bench.order("ben", new ApproveChange(KEY, "p", digest));
    assertThat(bench.last(ChangeApproved.class).proposalDigest()).isEqualTo(digest);
  }

  @Test
  void a_ramp_needs_what_the_policy_asks_for_and_says_what_it_rests_on() {
    bench.policy(new ApprovalPolicy(1, List.of(), 72, 24, List.of(ChangeKind.RAMP)));
    bench.running(Bench.design(), 100_000);

    assertThat(bench.refused("ada", new RampExperiment(KEY, 200_000)))
        .isEqualTo(new ApprovalRequired(KEY, ChangeKind.RAMP, 1, 0));
    Change change = new Change.RampTo(200_000, false);
    bench.order("ada", new ProposeChange(KEY, "p", change));
    assertThat(bench.refused("ada", new RampExperiment(KEY, 200_000)).code())
        .isEqualTo("approval_required");
    bench.order("ben", new ApproveChange(KEY, "p", null));
    assertThat(bench.refused("ada", new RampExperiment(KEY, 300_000)).code())
        .isEqualTo("approval_required");

    bench.order("ada", new RampExperiment(KEY, 200_000));

    assertThat(bench.last(ExperimentRamped.class).basis())
        .isEqualTo(new Basis("p", Proposals.digest(Bench.design(), change), false));
  }

  @Test
  void an_approved_change_is_applied_once() {
    bench.running(Bench.design(), 100_000);
    bench.approved("de", new Change.Retarget(ONLY_DE));
    bench.order("ada", new RetargetExperiment(KEY, null, "de", false));

    assertThat(bench.refused("ada", new RetargetExperiment(KEY, null, "de", false)))
        .isEqualTo(new ProposalClosed(KEY, "de", "applied"));
    assertThat(bench.refused("ben", new ApproveChange(KEY, "de", null)).code())
        .isEqualTo("proposal_closed");
  }

  @Test
  void a_withdrawn_change_is_not_applied() {
    bench.running(Bench.design(), 100_000);
    bench.approved("de", new Change.Retarget(ONLY_DE));
    bench.order("ada", new WithdrawChange(KEY, "de"));

    assertThat(bench.refused("ada", new RetargetExperiment(KEY, ONLY_DE, null, false)).code())
        .isEqualTo("approval_required");
  }

  @Test
  void an_order_says_what_the_proposal_says_that_it_names() {
    bench.running(Bench.design(), 100_000);
    bench.approved("de", new Change.Retarget(ONLY_DE));
    Targeting fr = Targeting.Condition.onText("country", Targeting.Operator.IN, List.of("fr"));

    assertThat(bench.refused("ada", new RetargetExperiment(KEY, fr, "de", false)))
        .isEqualTo(new ChangeDiffers(KEY, "de", ChangeKind.RETARGET));
    assertThat(bench.refused("ada", new RampExperiment(KEY, null, null, "de", false)))
        .isEqualTo(new ChangeDiffers(KEY, "de", ChangeKind.RAMP));
  }

  @Test
  void a_retargeting_keeps_the_earlier_value_and_voids_what_was_approved_before_it() {
    bench.running(Bench.design(), 100_000);
    bench.approved("wider", new Change.RampTo(500_000, false));
    bench.approved("de", new Change.Retarget(ONLY_DE));
    bench.order("ada", new RetargetExperiment(KEY, ONLY_DE, null, false));

    assertThat(bench.last(ExperimentRetargeted.class).before()).isEqualTo(Targeting.EVERYBODY);
    assertThat(bench.refused("ada", new RampExperiment(KEY, 500_000, null, "wider", false)).code())
        .isEqualTo("proposal_changed");
  }

  @Test
  void a_reallocation_opens_an_epoch_and_counts_who_moves() {
    bench.running(Bench.design(), 1_000_000);
    List<Design.Variant> halves =
        List.of(
            new Design.Variant("control", new BigDecimal("0.5"), null),
            new Design.Variant("green", new BigDecimal("0.5"), null));
    bench.approved("halves", new Change.Reallocate(halves));

    bench.order("ada", new ReallocateExperiment(KEY, new Change.Reallocate(halves), null));

    ExperimentReallocated fact = bench.last(ExperimentReallocated.class);
    assertThat(fact.epoch()).isEqualTo(1);
    assertThat(fact.movedSlots()).isEqualTo(4_000);
    assertThat(fact.before()).isEqualTo(Bench.design().variants());
    bench.order("ada", new ConcludeExperiment(KEY, "green"));
  }

  @Test
  void a_regulated_experiment_starts_as_it_was_approved() {
    bench.order("ada", new DraftExperiment(Bench.regulated()));
    bench.order("ada", new SubmitExperiment(KEY, new Change.StartAt(50_000, false)));
    bench.order("ben", new ApproveExperiment(KEY, null));

    assertThat(bench.refused("ada", new StartExperiment(KEY, 60_000)))
        .isEqualTo(new LaunchDiffers(KEY, "at 60000 ppm"));
    bench.order("ada", new StartExperiment(KEY, null, false, null, false));

    ExperimentStarted started = bench.last(ExperimentStarted.class);
    assertThat(started.trafficPpm()).isEqualTo(50_000);
    assertThat(started.basis())
        .isEqualTo(
            new Basis(
                null,
                Proposals.digest(Bench.regulated(), new Change.StartAt(50_000, false)),
                false));
  }

  @Test
  void a_regulated_experiment_whose_start_was_not_submitted_needs_it_approved() {
    bench.submitted(Bench.regulated());
    bench.order("ben", new ApproveExperiment(KEY, null));

    assertThat(bench.refused("ada", new StartExperiment(KEY, 50_000)))
        .isEqualTo(new ApprovalRequired(KEY, ChangeKind.START, 1, 0));
    bench.approved("go", new Change.StartAt(50_000, false));
    bench.order("ada", new StartExperiment(KEY, 50_000));

    assertThat(bench.last(ExperimentStarted.class).basis())
        .extracting(Basis::proposal)
        .isEqualTo("go");
  }

  @Test
  void a_regulated_ramp_needs_a_second_person_who_approved_exactly_that() {
    bench.order("ada", new DraftExperiment(Bench.regulated()));
    bench.order("ada", new SubmitExperiment(KEY, new Change.StartAt(50_000, false)));
    bench.order("ben", new ApproveExperiment(KEY, null));
    bench.order("ada", new StartExperiment(KEY, 50_000));

    assertThat(bench.refused("ada", new RampExperiment(KEY, 100_000)))
        .isEqualTo(new ApprovalRequired(KEY, ChangeKind.RAMP, 1, 0));
    assertThat(bench.refused("ada", new RetargetExperiment(KEY, ONLY_DE, null, false)).code())
        .isEqualTo("approval_required");
    bench.approved("p", new Change.RampTo(100_000, false));
    bench.order("ada", new RampExperiment(KEY, 100_000));
  }

  @Test
  void a_kill_never_needs_an_approval_and_a_revive_always_does() {
    bench.running(Bench.design(), 100_000);
    bench.order("ada", new KillExperiment(KEY, null));

    assertThat(bench.refused("ada", new ReviveExperiment(KEY, 50_000, null, true)))
        .isEqualTo(new ApprovalRequired(KEY, ChangeKind.REVIVE, 1, 0));
    bench.approved("again", new Change.Revive(50_000));
    assertThat(bench.order("ada", new ReviveExperiment(KEY, null, "again", false)).status())
        .isEqualTo("running");

    assertThat(bench.last(ExperimentRevived.class).trafficPpm()).isEqualTo(50_000);
    assertThat(bench.last(ExperimentRevived.class).basis().proposal()).isEqualTo("again");
  }

  @Test
  void what_waits_is_limited() {
    bench.running(Bench.design(), 100_000);
    for (int i = 0; i < 50; i++) {
      bench.order("ada", new ProposeChange(KEY, "p" + i, new Change.RampTo(200_000 + i, false)));
    }

    assertThat(
            bench.refused("ada", new ProposeChange(KEY, "p50", new Change.RampTo(300_000, false))))
        .isEqualTo(new TooManyProposals(KEY, 50));
  }

  @Test
  void a_refused_approval_is_a_fact_of_the_one_who_was_refused() {
    bench.submitted(Bench.design());
    bench.refused("ada", new ApproveExperiment(KEY, null));

    assertThat(EventCodec.decode(bench.side.log().read(0, 1_000).getLast()).event())
        .isEqualTo(
            new CommandRefused(
                "ada",
                "ApproveExperiment",
                Bench.NAMESPACE,
                "experiment/" + KEY,
                "approver_must_differ"));
  }
}
