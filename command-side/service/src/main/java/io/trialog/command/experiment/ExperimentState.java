package io.trialog.command.experiment;

import io.trialog.command.experiment.Approvals.Approval;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.Design;
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
import io.trialog.language.KillEvidence;
import io.trialog.language.SlotRange;
import io.trialog.language.Tally;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An experiment as its events left it. Only rearranged here; nothing is refused. */
final class ExperimentState {
  final Promotion promotion = new Promotion();
  final ChangeProposals proposals;
  final Reviews reviews;
  final RampSchedule ramp;

  private final Set<String> editors = new HashSet<>();
  private final Set<String> verdicts = new HashSet<>();
  private Design design;
  private ExperimentStatus status = ExperimentStatus.DRAFT;
  private Approvals approvals = new Approvals();
  private @Nullable Change launch;
  private String submittedDigest = "";
  private int trafficPpm;
  private int epoch;
  private boolean equalArms;
  private List<SlotRange> allocation = List.of();

  ExperimentState(Design design) {
    this.design = design;
    this.proposals = new ChangeProposals(design.experiment());
    this.reviews = new Reviews(design.experiment());
    this.ramp = new RampSchedule(design.experiment());
  }

  Design design() {
    return design;
  }

  ExperimentStatus status() {
    return status;
  }

  /** Whoever wrote or changed what the experiment is; none of them approves it. */
  Set<String> editors() {
    return editors;
  }

  /** The yeses to the submitted design and launch. */
  Approvals approvals() {
    return approvals;
  }

  /** How it is to start, when that was submitted with the design. */
  @Nullable Change launch() {
    return launch;
  }

  String submittedDigest() {
    return submittedDigest;
  }

  int trafficPpm() {
    return trafficPpm;
  }

  int epoch() {
    return epoch;
  }

  boolean equalArms() {
    return equalArms;
  }

  List<SlotRange> allocation() {
    return allocation;
  }

  /** Whether this verdict of a guardrail killed it once. */
  boolean wasKilledBy(String verdictId) {
    return verdicts.contains(verdictId);
  }

  void apply(ExperimentEvent fact, String actor, @Nullable String credential) {
    switch (fact) {
      case ExperimentDrafted e -> editors.add(actor);
      case ExperimentRevised e -> revised(e.design(), actor);
      case ExperimentSubmitted e -> submitted(e, actor);
      case ExperimentApproved e -> approved(e, actor, credential);
      case ExperimentStarted e -> started(e);
      case ExperimentRamped e -> ramped(e);
      case ExperimentPaused e -> status = ExperimentStatus.PAUSED;
      case ExperimentResumed e -> status = ExperimentStatus.RUNNING;
      case ExperimentKilled e -> killed(e);
      case ExperimentRevived e -> revived(e);
      case ExperimentRetargeted e ->
          redesigned(design.withTargeting(e.targeting()), e.basis(), actor);
      case ExperimentReallocated e -> reallocated(e, actor);
      case ExperimentConcluded e -> concluded(e);
      case ExperimentArchived e -> status = ExperimentStatus.ARCHIVED;
      case RampPlanned e -> planned(e);
      case RampHeld e -> ramp.held(true);
      case RampContinued e -> ramp.held(false);
      case ChangeProposed e ->
          proposals.proposed(e.proposal(), e.change(), e.proposalDigest(), actor);
      case ChangeApproved e ->
          proposals.approved(
              e.proposal(), approval(actor, credential, e.proposalDigest(), e.tally()));
      case ChangeWithdrawn e -> proposals.withdrawn(e.proposal());
      case ReviewOpened e -> reviews.opened(e.review(), e.operation(), e.dueAt(), actor);
      case ReviewClosed e -> reviews.closed(e.review());
      case ReviewOverdue e -> reviews.overdue(e.review());
      case GuardrailStateRecorded e -> promotion.recorded(e);
    }
  }

  private void revised(Design next, String actor) {
    design = next;
    editors.add(actor);
    status = ExperimentStatus.DRAFT;
    approvals = new Approvals();
    launch = null;
  }

  /** Who says how it shall start is an editor of what is approved. */
  private void submitted(ExperimentSubmitted fact, String actor) {
    status = ExperimentStatus.IN_REVIEW;
    submittedDigest = fact.proposalDigest();
    launch = fact.launch();
    if (launch != null) {
      editors.add(actor);
    }
  }

  private void approved(ExperimentApproved fact, String actor, @Nullable String credential) {
    approvals.add(approval(actor, credential, fact.proposalDigest(), fact.tally()));
    if (fact.tally() == null || fact.tally().isComplete()) {
      status = ExperimentStatus.APPROVED;
    }
  }

  private static Approval approval(
      String actor, @Nullable String credential, String digest, @Nullable Tally tally) {
    return new Approval(actor, credential, digest, tally == null ? null : tally.expiresAt());
  }

  private void started(ExperimentStarted fact) {
    status = ExperimentStatus.RUNNING;
    proposals.applied(fact.basis());
    serves(fact.trafficPpm(), fact.epoch(), fact.allocation(), fact.equalArms());
  }

  private void ramped(ExperimentRamped fact) {
    proposals.applied(fact.basis());
    serves(fact.trafficPpm(), fact.epoch(), fact.allocation(), fact.equalArms());
    ramp.reached(fact.progress());
  }

  private void killed(ExperimentKilled fact) {
    ended(ExperimentStatus.KILLED);
    KillEvidence evidence = fact.evidence();
    if (evidence != null) {
      verdicts.add(evidence.verdictId());
    }
  }

  private void revived(ExperimentRevived fact) {
    status = ExperimentStatus.RUNNING;
    proposals.applied(fact.basis());
    serves(fact.trafficPpm(), fact.epoch(), fact.allocation(), equalArms);
  }

  private void serves(
      int traffic, int inEpoch, List<SlotRange> slots, @Nullable Boolean withEqualArms) {
    trafficPpm = traffic;
    epoch = inEpoch;
    allocation = slots;
    equalArms = Boolean.TRUE.equals(withEqualArms);
  }

  private void reallocated(ExperimentReallocated fact, String actor) {
    redesigned(design.withVariants(fact.variants()), fact.basis(), actor);
    epoch = fact.epoch();
    allocation = fact.allocation();
    promotion.forget();
  }

  private void redesigned(Design next, @Nullable Basis basis, String actor) {
    String proposer = proposals.applied(basis);
    editors.add(proposer == null ? actor : proposer);
    design = next;
  }

  private void concluded(ExperimentConcluded fact) {
    proposals.applied(fact.basis());
    ended(ExperimentStatus.CONCLUDED);
  }

  private void ended(ExperimentStatus as) {
    status = as;
    ramp.ended();
  }

  private void planned(RampPlanned fact) {
    proposals.applied(fact.basis());
    ramp.planned(fact.plan(), fact.progress(), fact.basis());
  }
}
