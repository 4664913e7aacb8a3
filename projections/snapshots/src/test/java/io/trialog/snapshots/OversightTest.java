package io.trialog.snapshots;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent.ChangeApproved;
import io.trialog.language.ExperimentEvent.ChangeProposed;
import io.trialog.language.ExperimentEvent.ChangeWithdrawn;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
import io.trialog.language.ExperimentEvent.GuardrailStateRecorded;
import io.trialog.language.ExperimentEvent.RampContinued;
import io.trialog.language.ExperimentEvent.RampHeld;
import io.trialog.language.ExperimentEvent.RampPlanned;
import io.trialog.language.ExperimentEvent.ReviewClosed;
import io.trialog.language.ExperimentEvent.ReviewOpened;
import io.trialog.language.ExperimentEvent.ReviewOverdue;
import io.trialog.language.ExperimentStatus;
import io.trialog.language.GuardrailState;
import io.trialog.language.RampPlan;
import io.trialog.language.RampProgress;
import io.trialog.language.Tally;
import io.trialog.language.Targeting;
import io.trialog.language.TrialogEvent;
import io.trialog.language.log.StoredEvent;
import io.trialog.language.wire.EventCodec;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the directory keeps of proposals, reviews, guardrails and ramp plans. */
class OversightTest {
  private static final String KEY = "x";
  private static final Instant DUE = Instant.parse("2026-11-23T07:00:00Z");
  private static final RampPlan PLAN =
      new RampPlan(List.of(new RampPlan.Step(900_000, 60, 0, false, false)), false, null);

  private final FakeEventLog log = new FakeEventLog();
  private final Story story = new Story(log);

  @Test
  void one_approval_of_two_leaves_it_in_review() {
    say(new ExperimentDrafted(KEY, Story.design(KEY)));
    say(new ExperimentSubmitted(KEY, "d1", new Change.StartAt(5, false)));
    say(new ExperimentApproved(KEY, "d1", new Tally(1, 2, DUE)));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.IN_REVIEW);
    say(new ExperimentApproved(KEY, "d1", new Tally(2, 2, DUE)));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.APPROVED);
    assertThat(experiment().review().approvals()).hasSize(2);
  }

  @Test
  void a_proposal_is_open_until_it_is_applied_or_withdrawn() {
    running();
    Targeting nobody = new Targeting.Not(Targeting.EVERYBODY);
    say(new ChangeProposed(KEY, "p", new Change.Retarget(nobody), "d2"));
    say(new ChangeProposed(KEY, "q", new Change.Revive(5), "d3"));
    say(new ChangeApproved(KEY, "p", "d2", new Tally(1, 2, DUE)));
    assertThat(proposal("p"))
        .extracting(
            Oversight.Proposal::state, Oversight.Proposal::approvals, Oversight.Proposal::required)
        .containsExactly("open", 1, 2);

    say(new ExperimentRetargeted(KEY, Targeting.EVERYBODY, nobody, new Basis("p", "d2", false)));
    say(new ChangeWithdrawn(KEY, "q"));

    assertThat(proposal("p").state()).isEqualTo("applied");
    assertThat(proposal("q").state()).isEqualTo("withdrawn");
    assertThat(experiment().design().targeting()).isEqualTo(nobody);
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.RUNNING);
  }

  @Test
  void a_review_is_open_until_it_is_closed() {
    running();
    say(new ReviewOpened(KEY, "r1", "ramp", DUE));
    assertThat(review().isOpen()).isTrue();
    assertThat(review().overdue()).isFalse();
    say(new ReviewOverdue(KEY, "r1", DUE));
    assertThat(review().isOpen()).isTrue();
    assertThat(review().overdue()).isTrue();
    say(new ReviewClosed(KEY, "r1", "fine"));
    assertThat(review().isOpen()).isFalse();
    assertThat(review().finding()).isEqualTo("fine");
  }

  @Test
  void a_reallocation_changes_variants_epoch_and_slots_and_forgets_the_guardrails() {
    running();
    say(
        new GuardrailStateRecorded(
            KEY,
            "orders",
            "green",
            GuardrailState.SAFE,
            10,
            11,
            "v1",
            BigDecimal.ZERO,
            null,
            null,
            null));
    assertThat(experiment().oversight().guardrails().get("orders/green"))
        .extracting(
            Oversight.GuardrailStanding::state, Oversight.GuardrailStanding::subjectsVariant)
        .containsExactly(GuardrailState.SAFE, 11L);
    List<Design.Variant> variants =
        List.of(
            new Design.Variant("control", new BigDecimal("0.2"), null),
            new Design.Variant("green", new BigDecimal("0.8"), null));
    say(
        new ExperimentReallocated(
            KEY,
            Story.design(KEY).variants(),
            variants,
            1,
            Story.slots(70_000),
            3,
            Basis.BROKEN_GLASS));

    assertThat(experiment().design().variants()).isEqualTo(variants);
    assertThat(experiment().serving())
        .isEqualTo(new Experiment.Serving(50_000, 1, Story.slots(70_000), true));
    assertThat(experiment().oversight().guardrails()).isEmpty();
  }

  @Test
  void a_plan_is_in_force_until_the_experiment_ends() {
    running();
    say(new RampPlanned(KEY, PLAN, PLAN.progress(50_000, DUE), null));
    assertThat(ramp().progress().next()).isZero();
    say(new RampHeld(KEY, true));
    assertThat(ramp().held()).isTrue();
    assertThat(ramp().atCutoff()).isTrue();
    say(new RampContinued(KEY));
    assertThat(ramp().held()).isFalse();
    say(
        new ExperimentRamped(
            KEY,
            50_000,
            900_000,
            0,
            Story.slots(900_000),
            null,
            null,
            PLAN.progress(900_000, DUE)));
    assertThat(ramp().progress()).isEqualTo(new RampProgress(1, null));
    assertThat(experiment().serving().equalArms()).isFalse();
    say(new ExperimentKilled(KEY, null, null));
    assertThat(experiment().oversight().ramp()).isNull();
  }

  @Test
  void a_revived_experiment_runs_and_is_killed_no_more() {
    running();
    say(new ExperimentKilled(KEY, null, null));
    say(
        new ExperimentRevived(
            KEY, 50_000, 10_000, 0, Story.slots(10_000), new Basis("p", "d", false)));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.RUNNING);
    assertThat(experiment().kill()).isNull();
    assertThat(experiment().serving().trafficPpm()).isEqualTo(10_000);
    assertThat(experiment().serving().equalArms()).isTrue();
  }

  @Test
  void an_archived_experiment_is_not_served() {
    running();
    say(new ExperimentConcluded(KEY, "green", null));
    assertThat(experiment().isServed()).isTrue();
    say(new ExperimentArchived(KEY));
    assertThat(experiment().status()).isEqualTo(ExperimentStatus.ARCHIVED);
    assertThat(experiment().isServed()).isFalse();
  }

  private void running() {
    say(new ExperimentDrafted(KEY, Story.design(KEY)));
    say(new ExperimentStarted(KEY, 50_000, 0, Story.slots(50_000), null, true));
  }

  private void say(TrialogEvent event) {
    story.as("ada", null).say(event);
  }

  private Experiment experiment() {
    Directory directory = Directory.EMPTY;
    for (StoredEvent stored : log.read(0, 1_000)) {
      directory = directory.apply(EventCodec.decode(stored));
    }
    return directory.experiments().get(KEY);
  }

  private Oversight.Proposal proposal(String key) {
    return experiment().oversight().proposals().get(key);
  }

  private Oversight.BreakGlassReview review() {
    return experiment().oversight().reviews().get("r1");
  }

  private Oversight.Ramp ramp() {
    return experiment().oversight().ramp();
  }
}
