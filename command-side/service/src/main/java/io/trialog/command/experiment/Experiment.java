package io.trialog.command.experiment;

import static io.trialog.language.ExperimentStatus.APPROVED;
import static io.trialog.language.ExperimentStatus.CONCLUDED;
import static io.trialog.language.ExperimentStatus.DRAFT;
import static io.trialog.language.ExperimentStatus.IN_REVIEW;
import static io.trialog.language.ExperimentStatus.KILLED;
import static io.trialog.language.ExperimentStatus.PAUSED;
import static io.trialog.language.ExperimentStatus.RUNNING;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.command.experiment.ChangeProposals.Proposal;
import io.trialog.command.experiment.Governance.Rules;
import io.trialog.language.ApprovalRefusal.ApprovalRequired;
import io.trialog.language.ApprovalRefusal.ChangeDiffers;
import io.trialog.language.ApprovalRefusal.LaunchDiffers;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ArchiveExperiment;
import io.trialog.language.ExperimentCommand.CloseReview;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.ContinueRamp;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.HoldRamp;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.PlanRamp;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RaiseOverdueReview;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ReallocateExperiment;
import io.trialog.language.ExperimentCommand.RecordGuardrailState;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentCommand.RetargetExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentCommand.TakeRampStep;
import io.trialog.language.ExperimentCommand.WithdrawChange;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ChangeApproved;
import io.trialog.language.ExperimentEvent.ChangeProposed;
import io.trialog.language.ExperimentEvent.ChangeWithdrawn;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentArchived;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentReallocated;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRetargeted;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
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
import io.trialog.language.GuardrailRefusal;
import io.trialog.language.InvalidValue;
import io.trialog.language.KillEvidence;
import io.trialog.language.RampPlan;
import io.trialog.language.RampRefusal.EqualArmsComeFirst;
import io.trialog.language.RampRefusal.NothingChanges;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.SlotRange;
import io.trialog.language.Streams;
import io.trialog.sdk.core.Allocation;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** One experiment, from its draft to its archive: each handler is a page of the rule book. */
public class Experiment extends Revisioned {
  private static final List<ExperimentStatus> BEFORE_START = List.of(DRAFT, IN_REVIEW, APPROVED);
  private static final List<ExperimentStatus> STARTED = List.of(RUNNING, PAUSED);

  private @Nullable ExperimentState state;

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(DraftExperiment order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("experiment", order.experiment()));
    }
    apply(new ExperimentDrafted(order.experiment(), order.design()));
  }

  @CommandHandler
  void handle(ReviseExperiment order) {
    mustBe("revise", BEFORE_START);
    mustStay("namespace", design().namespace(), order.design().namespace());
    mustStay("environment", design().environment(), order.design().environment());
    apply(new ExperimentRevised(key(), order.design()));
  }

  @CommandHandler
  void handle(SubmitExperiment order) {
    mustBe("submit", List.of(DRAFT));
    Change launch = order.launch();
    if (launch != null
        && !(launch instanceof Change.StartAt || launch instanceof Change.FollowPlan)) {
      throw new InvalidValue("launch", "must be a start or a plan");
    }
    apply(new ExperimentSubmitted(key(), Proposals.digest(design(), launch), launch));
  }

  @CommandHandler
  void handle(
      ApproveExperiment order, Governance governance, @MetaDataValue("actor_id") String actor) {
    mustBe("approve", List.of(IN_REVIEW, APPROVED));
    String digest = Proposals.digest(design(), state().launch());
    Rules rules = governance.in(design().namespace());
    state().approvals().mustAccept(key(), actor, state().editors(), digest, rules);
    mustMean(order.proposalDigest(), digest);
    apply(
        new ExperimentApproved(key(), digest, state().approvals().tallyWith(actor, digest, rules)));
  }

  /** An experiment that is assigned elsewhere changes what nobody sees, so it needs no approval. */
  @CommandHandler
  void handle(
      StartExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    boolean free = design().assignedElsewhere() || order.breakGlass();
    mustBe("start", free ? BEFORE_START : List.of(APPROVED));
    mustSayWhy(order.breakGlass(), "start", reason);
    state().reviews.mustAllBeClosed();
    Rules rules = governance.in(design().namespace());
    Change launch = free ? null : approvedLaunch(order, rules);
    Change.StartAt start = startOf(order, launch);
    Basis basis = design().assignedElsewhere() ? null : startBasis(order, launch, start, rules);
    apply(
        new ExperimentStarted(
            key(),
            start.trafficPpm(),
            state().epoch(),
            Allocations.of(design(), start.trafficPpm(), start.equalArms()),
            basis,
            start.equalArms() ? true : null));
    if (launch instanceof Change.FollowPlan follow) {
      RampPlan plan = follow.plan();
      apply(new RampPlanned(key(), plan, plan.progress(start.trafficPpm(), rules.now()), basis));
    }
    openReview(order.breakGlass(), "start", governance);
  }

  @CommandHandler
  void handle(
      RampExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("ramp", List.of(RUNNING));
    Change.RampTo change = rampOf(order);
    mustWiden(change.trafficPpm(), change.equalArms());
    mustSayWhy(order.breakGlass(), "ramp", reason);
    mustBePromotable(order.breakGlass());
    Rules rules = governance.in(design().namespace());
    Basis basis = basis(change, order.proposal(), order.breakGlass(), rules);
    widen(change.trafficPpm(), change.equalArms(), basis, rules);
    openReview(order.breakGlass(), "ramp", governance);
  }

  @CommandHandler
  void handle(PlanRamp order, Governance governance) {
    mustBe("plan the ramp of", STARTED);
    Change.FollowPlan change =
        ordered(
            Change.FollowPlan.class,
            ChangeKind.RAMP,
            order.plan() == null ? null : new Change.FollowPlan(order.plan()),
            order.proposal());
    RampPlan plan = change.plan();
    mustWiden(plan.steps().getFirst().trafficPpm(), plan.equalArms());
    Rules rules = governance.in(design().namespace());
    Basis basis = basis(change, order.proposal(), false, rules);
    apply(new RampPlanned(key(), plan, plan.progress(state().trafficPpm(), rules.now()), basis));
  }

  /** The gates in the order in which a person would look at them. */
  @CommandHandler
  void handle(TakeRampStep order, Governance governance) {
    mustBe("ramp", List.of(RUNNING));
    Rules rules = governance.in(design().namespace());
    RampPlan.Step step = state().ramp.mustBeDue(order.step(), rules.now());
    mustHaveSample(order.step(), step);
    mustBeHealthy(order.step(), step);
    mustBePromotable(false);
    boolean equalArms = state().ramp.mustHavePlan().equalArms();
    Basis basis = stepBasis(order.step(), step, equalArms, rules);
    widen(step.trafficPpm(), equalArms, basis, rules);
  }

  @CommandHandler
  void handle(HoldRamp order, Governance governance) {
    mustBe("hold the ramp of", STARTED);
    state().ramp.mustHavePlan();
    state().ramp.mustBeHeld(false);
    if (order.atCutoff() && !state().ramp.isCutOff(governance.now())) {
      throw new Refused(new NothingChanges(key(), "cutoff"));
    }
    apply(new RampHeld(key(), order.atCutoff()));
  }

  @CommandHandler
  void handle(ContinueRamp order, Governance governance) {
    mustBe("continue the ramp of", STARTED);
    state().ramp.mustHavePlan();
    state().ramp.mustBeHeld(true);
    state().ramp.mustNotBeCutOff(governance.now());
    apply(new RampContinued(key()));
  }

  @CommandHandler
  void handle(PauseExperiment order) {
    mustBe("pause", List.of(RUNNING));
    apply(new ExperimentPaused(key()));
  }

  @CommandHandler
  void handle(
      ResumeExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("resume", List.of(PAUSED));
    mustSayWhy(order.breakGlass(), "resume", reason);
    apply(new ExperimentResumed(key(), order.breakGlass() ? Basis.BROKEN_GLASS : null));
    openReview(order.breakGlass(), "resume", governance);
  }

  /** Never waits for anything: no approval, no review. */
  @CommandHandler
  void handle(
      KillExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("kill", STARTED);
    mustSayWhy(true, "kill", reason);
    mustBeNews(order.evidence());
    apply(
        new ExperimentKilled(
            key(), order.evidence(), order.breakGlass() ? Basis.BROKEN_GLASS : null));
    openReview(order.breakGlass(), "kill", governance);
  }

  /** A break-glass goes past the guardrails here, never past the approval. */
  @CommandHandler
  void handle(
      ReviveExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("revive", List.of(KILLED));
    Integer traffic = order.trafficPpm();
    Change.Revive change =
        ordered(
            Change.Revive.class,
            ChangeKind.REVIVE,
            traffic == null ? null : new Change.Revive(traffic),
            order.proposal());
    mustSayWhy(order.breakGlass(), "revive", reason);
    mustBePromotable(order.breakGlass());
    Rules rules = governance.in(design().namespace());
    Basis approved = approvedBasis(change, order.proposal(), rules);
    apply(
        new ExperimentRevived(
            key(),
            state().trafficPpm(),
            change.trafficPpm(),
            state().epoch(),
            Allocations.of(design(), change.trafficPpm(), state().equalArms()),
            new Basis(approved.proposal(), approved.proposalDigest(), order.breakGlass())));
    openReview(order.breakGlass(), "revive", governance);
  }

  @CommandHandler
  void handle(
      RetargetExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("retarget", STARTED);
    Change.Retarget change =
        ordered(
            Change.Retarget.class,
            ChangeKind.RETARGET,
            order.targeting() == null ? null : new Change.Retarget(order.targeting()),
            order.proposal());
    mustChange("targeting", design().targeting(), change.targeting());
    mustSayWhy(order.breakGlass(), "retarget", reason);
    Rules rules = governance.in(design().namespace());
    Basis basis = basis(change, order.proposal(), order.breakGlass(), rules);
    apply(new ExperimentRetargeted(key(), design().targeting(), change.targeting(), basis));
    openReview(order.breakGlass(), "retarget", governance);
  }

  @CommandHandler
  void handle(ReallocateExperiment order, Governance governance) {
    mustBe("reallocate", STARTED);
    Change.Reallocate change =
        ordered(Change.Reallocate.class, ChangeKind.REALLOCATE, order.change(), order.proposal());
    mustChange("allocation", design().variants(), change.variants());
    Design next = design().withVariants(change.variants());
    List<SlotRange> slots = Allocations.of(next, state().trafficPpm(), state().equalArms());
    state().reviews.mustAllBeClosed();
    if (Allocations.promotes(design(), state().allocation(), slots)) {
      state().promotion.mustBeSafe(design());
    }
    Basis basis = basis(change, order.proposal(), false, governance.in(design().namespace()));
    apply(
        new ExperimentReallocated(
            key(),
            design().variants(),
            change.variants(),
            state().epoch() + 1,
            slots,
            Allocations.moved(state().allocation(), slots),
            basis));
  }

  @CommandHandler
  void handle(
      ConcludeExperiment order,
      Governance governance,
      @MetaDataValue("reason") @Nullable String reason) {
    mustBe("conclude", STARTED);
    Change.Conclude change =
        ordered(
            Change.Conclude.class,
            ChangeKind.CONCLUDE,
            order.winner() == null ? null : new Change.Conclude(order.winner()),
            order.proposal());
    mustBeVariant(change.winner());
    mustSayWhy(order.breakGlass(), "conclude", reason);
    state().reviews.mustAllBeClosed();
    if (!order.breakGlass() && !change.winner().equals(design().control())) {
      state().promotion.mustBeSafe(design());
    }
    Rules rules = governance.in(design().namespace());
    Basis basis = basis(change, order.proposal(), order.breakGlass(), rules);
    apply(new ExperimentConcluded(key(), change.winner(), basis));
    openReview(order.breakGlass(), "conclude", governance);
  }

  @CommandHandler
  void handle(ArchiveExperiment order) {
    mustBe("archive", List.of(DRAFT, APPROVED, KILLED, CONCLUDED));
    apply(new ExperimentArchived(key()));
  }

  @CommandHandler
  void handle(ProposeChange order) {
    mustBe("propose to " + order.change().kind().word(), whenProposed(order.change()));
    mustBeSound(order.change());
    state().proposals.mustBeNew(order.proposal());
    String digest = Proposals.digest(design(), order.change());
    apply(new ChangeProposed(key(), order.proposal(), order.change(), digest));
  }

  @CommandHandler
  void handle(ApproveChange order, Governance governance, @MetaDataValue("actor_id") String actor) {
    Proposal proposal = state().proposals.open(order.proposal());
    mustBe("approve to " + proposal.change().kind().word(), whenProposed(proposal.change()));
    String digest = Proposals.digest(design(), proposal.change());
    mustMean(proposal.digest(), digest);
    Rules rules = governance.in(design().namespace());
    Set<String> editors = new HashSet<>(state().editors());
    editors.add(proposal.proposer());
    proposal.approvals().mustAccept(key(), actor, editors, digest, rules);
    mustMean(order.proposalDigest(), digest);
    apply(
        new ChangeApproved(
            key(), order.proposal(), digest, proposal.approvals().tallyWith(actor, digest, rules)));
  }

  @CommandHandler
  void handle(WithdrawChange order) {
    state().proposals.open(order.proposal());
    apply(new ChangeWithdrawn(key(), order.proposal()));
  }

  @CommandHandler
  void handle(CloseReview order, @MetaDataValue("actor_id") String actor) {
    state().reviews.mustAcceptClosing(order.review(), actor);
    apply(new ReviewClosed(key(), order.review(), order.finding()));
  }

  @CommandHandler
  void handle(RaiseOverdueReview order, Governance governance) {
    apply(
        new ReviewOverdue(
            key(),
            order.review(),
            state().reviews.mustBeOverdue(order.review(), governance.now())));
  }

  /** A reading that is known already leaves no second event. */
  @CommandHandler
  void handle(RecordGuardrailState order) {
    mustBe("record a guardrail of", List.of(RUNNING, PAUSED, KILLED));
    if (design().guardrails().stream().noneMatch(rule -> rule.metric().equals(order.metric()))) {
      throw new Refused(new Refusal.UnknownReference("metric", order.metric()));
    }
    if (!design().treatments().contains(order.variant())) {
      throw new Refused(new Refusal.UnknownVariant(key(), order.variant()));
    }
    if (state().promotion.isKnown(order.metric(), order.variant(), order.verdictId())) {
      return;
    }
    state().promotion.mustBeNewer(order, state().epoch());
    apply(GuardrailStateRecorded.of(order));
  }

  @EventSourcingHandler
  void on(ExperimentEvent fact, MetaData metadata) {
    if (fact instanceof ExperimentDrafted drafted) {
      identify(Streams.experiment(fact.experiment()));
      state = new ExperimentState(drafted.design());
    }
    state()
        .apply(
            fact,
            String.valueOf(metadata.get("actor_id")),
            metadata.get("credential") instanceof String credential ? credential : null);
  }

  private ExperimentState state() {
    return Objects.requireNonNull(state, "an experiment begins with a draft");
  }

  private Design design() {
    return state().design();
  }

  /** The launch that enough people said yes to; null when they approved the design alone. */
  private @Nullable Change approvedLaunch(StartExperiment order, Rules rules) {
    Change launch = state().launch();
    String digest = Proposals.digest(design(), launch);
    state().approvals().mustCarry(key(), ChangeKind.START, digest, rules);
    boolean asLaunched =
        order.trafficPpm() == null || launch == null || startOf(launch).equals(asked(order));
    if (!asLaunched) {
      throw new Refused(new LaunchDiffers(key(), words(asked(order))));
    }
    return launch;
  }

  private Change.StartAt startOf(StartExperiment order, @Nullable Change launch) {
    if (order.proposal() != null) {
      Change.StartAt asked = order.trafficPpm() == null ? null : asked(order);
      return ordered(Change.StartAt.class, ChangeKind.START, asked, order.proposal());
    }
    return launch == null ? asked(order) : startOf(launch);
  }

  private static Change.StartAt startOf(Change launch) {
    return launch instanceof Change.FollowPlan follow
        ? new Change.StartAt(
            follow.plan().steps().getFirst().trafficPpm(), follow.plan().equalArms())
        : (Change.StartAt) launch;
  }

  private static Change.StartAt asked(StartExperiment order) {
    Integer traffic = order.trafficPpm();
    return new Change.StartAt(
        traffic == null ? Allocation.FULL_TRAFFIC_PPM : traffic, order.equalArms());
  }

  private static String words(Change.StartAt start) {
    return "at %d ppm%s".formatted(start.trafficPpm(), start.equalArms() ? ", equal arms" : "");
  }

  /** A regulated experiment's start is approved with its traffic, others' with the design alone. */
  private Basis startBasis(
      StartExperiment order, @Nullable Change launch, Change.StartAt start, Rules rules) {
    if (order.breakGlass()) {
      return Basis.BROKEN_GLASS;
    }
    if (order.proposal() != null || (design().regulated() && launch == null)) {
      return approvedBasis(start, order.proposal(), rules);
    }
    return new Basis(null, state().submittedDigest(), false);
  }

  private Change.RampTo rampOf(RampExperiment order) {
    Integer traffic = order.trafficPpm();
    boolean equalArms =
        order.equalArms() == null ? state().equalArms() : order.equalArms().booleanValue();
    return ordered(
        Change.RampTo.class,
        ChangeKind.RAMP,
        traffic == null ? null : new Change.RampTo(traffic, equalArms),
        order.proposal());
  }

  /** What the order says, or the proposal that it names; both must say the same. */
  private <C extends Change> C ordered(
      Class<C> type, ChangeKind kind, @Nullable C said, @Nullable String proposal) {
    if (proposal == null) {
      if (said == null) {
        throw new InvalidValue("proposal", "is required, unless the change itself is given");
      }
      return said;
    }
    Change proposed = state().proposals.open(proposal).change();
    if (!type.isInstance(proposed) || (said != null && !same(said, proposed))) {
      throw new Refused(new ChangeDiffers(key(), proposal, kind));
    }
    return type.cast(proposed);
  }

  private boolean same(Change one, Change other) {
    return Proposals.digest(design(), one).equals(Proposals.digest(design(), other));
  }

  /** What the change rests on; null when nothing has to be approved. */
  private @Nullable Basis basis(
      Change change, @Nullable String proposal, boolean breakGlass, Rules rules) {
    if (breakGlass) {
      return Basis.BROKEN_GLASS;
    }
    boolean asked =
        rules.policy().asksFor(change.kind())
            || (design().regulated() && change.kind().isRegulated());
    return asked || proposal != null ? approvedBasis(change, proposal, rules) : null;
  }

  /** The approved proposal that says exactly this of the design as it is now; refuses without. */
  private Basis approvedBasis(Change change, @Nullable String proposal, Rules rules) {
    String digest = Proposals.digest(design(), change);
    if (proposal != null) {
      Proposal named = state().proposals.open(proposal);
      mustMean(named.digest(), digest);
      named.approvals().mustCarry(key(), change.kind(), digest, rules);
      return new Basis(proposal, digest, false);
    }
    Refused refused =
        new Refused(new ApprovalRequired(key(), change.kind(), rules.policy().required(), 0));
    for (Proposal each : state().proposals.saying(digest)) {
      try {
        each.approvals().mustCarry(key(), change.kind(), digest, rules);
        return new Basis(each.key(), digest, false);
      } catch (Refused e) {
        refused = e;
      }
    }
    throw refused;
  }

  /** A step rests on what the plan rests on, unless its gate asks for an approval of its own. */
  private @Nullable Basis stepBasis(
      int number, RampPlan.Step step, boolean equalArms, Rules rules) {
    Change change = new Change.RampTo(step.trafficPpm(), equalArms);
    Basis plan = state().ramp.basis();
    try {
      if (step.approval()) {
        return approvedBasis(change, null, rules);
      }
      return plan == null ? basis(change, null, false, rules) : plan;
    } catch (Refused e) {
      throw state().ramp.gate(number, "approval", "an approved ramp", e.refusal().code());
    }
  }

  private void mustHaveSample(int number, RampPlan.Step step) {
    long sample = state().promotion.smallestSample(design());
    if (sample < step.minimumSample()) {
      throw state()
          .ramp
          .gate(
              number,
              "sample",
              step.minimumSample() + " subjects in each arm",
              Long.toString(sample));
    }
  }

  private void mustBeHealthy(int number, RampPlan.Step step) {
    if (step.guardrailsHealthy()) {
      state()
          .promotion
          .blocking(design(), false)
          .ifPresent(block -> {
            throw state()
                .ramp
                .gate(
                    number,
                    "guardrails",
                    "safe",
                    block.metric() + " " + block.state() + " for " + block.variant());
          });
    }
  }

  private void widen(int traffic, boolean equalArms, @Nullable Basis basis, Rules rules) {
    apply(
        new ExperimentRamped(
            key(),
            state().trafficPpm(),
            traffic,
            state().epoch(),
            Allocations.of(design(), traffic, equalArms),
            basis,
            equalArms ? true : null,
            state().ramp.progressAt(traffic, rules.now())));
  }

  private void openReview(boolean brokenGlass, String operation, Governance governance) {
    if (brokenGlass) {
      Rules rules = governance.in(design().namespace());
      apply(
          new ReviewOpened(
              key(),
              state().reviews.nextKey(),
              operation,
              rules.now().plus(rules.policy().reviewWithin())));
    }
  }

  /** Who revived it knew of the verdict that had killed it. */
  private void mustBeNews(@Nullable KillEvidence evidence) {
    if (evidence != null && state().wasKilledBy(evidence.verdictId())) {
      throw new Refused(new GuardrailRefusal.VerdictIsUsed(key(), evidence.verdictId()));
    }
  }

  /** Promotion waits for every review; and for the guardrails, unless the glass is broken. */
  private void mustBePromotable(boolean breakGlass) {
    state().reviews.mustAllBeClosed();
    if (!breakGlass) {
      state().promotion.mustBeSafe(design());
    }
  }

  /** From equal arms to full shares is wider at the same traffic too. */
  private void mustWiden(int traffic, boolean equalArms) {
    if (equalArms && !state().equalArms()) {
      throw new Refused(new EqualArmsComeFirst(key()));
    }
    boolean fuller = state().equalArms() && !equalArms && traffic == state().trafficPpm();
    if (traffic <= state().trafficPpm() && !fuller) {
      throw new Refused(new Refusal.RampMustWiden(key(), state().trafficPpm(), traffic));
    }
  }

  private void mustBeSound(Change change) {
    switch (change) {
      case Change.StartAt c -> {}
      case Change.RampTo c -> mustWiden(c.trafficPpm(), c.equalArms());
      case Change.FollowPlan c ->
          mustWiden(c.plan().steps().getFirst().trafficPpm(), c.plan().equalArms());
      case Change.Retarget c -> mustChange("targeting", design().targeting(), c.targeting());
      case Change.Reallocate c -> {
        mustChange("allocation", design().variants(), c.variants());
        Design _ = design().withVariants(c.variants());
      }
      case Change.Revive c -> {}
      case Change.Conclude c -> mustBeVariant(c.winner());
    }
  }

  private static List<ExperimentStatus> whenProposed(Change change) {
    return switch (change) {
      case Change.StartAt c -> BEFORE_START;
      case Change.Revive c -> List.of(KILLED);
      case Change.RampTo c -> STARTED;
      case Change.FollowPlan c -> STARTED;
      case Change.Retarget c -> STARTED;
      case Change.Reallocate c -> STARTED;
      case Change.Conclude c -> STARTED;
    };
  }

  private void mustBe(String order, List<ExperimentStatus> allowed) {
    if (!allowed.contains(state().status())) {
      String words = String.join(" or ", allowed.stream().map(ExperimentStatus::word).toList());
      throw new Refused(new Refusal.StatusForbids(key(), order, state().status(), words));
    }
  }

  private void mustStay(String field, String from, String to) {
    if (!from.equals(to)) {
      throw new Refused(new Refusal.IdentityFixed(key(), field, from, to));
    }
  }

  private void mustChange(String what, Object from, Object to) {
    if (from.equals(to)) {
      throw new Refused(new NothingChanges(key(), what));
    }
  }

  private void mustMean(@Nullable String named, String digest) {
    if (named != null && !named.equals(digest)) {
      throw new Refused(new Refusal.ProposalChanged(key(), named, digest));
    }
  }

  private void mustBeVariant(String variant) {
    if (!design().variantKeys().contains(variant)) {
      throw new Refused(new Refusal.UnknownVariant(key(), variant));
    }
  }

  private void mustSayWhy(boolean needed, String order, @Nullable String reason) {
    if (needed && (reason == null || reason.isBlank())) {
      throw new Refused(new Refusal.ReasonRequired(order + " experiment \"" + key() + "\""));
    }
  }
}
