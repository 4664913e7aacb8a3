package io.trialog.snapshots;

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
import io.trialog.language.log.RecordedEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as its events left it. Immutable.
 *
 * @param drafted the event that wrote it down
 * @param started the event that began to serve it; absent before
 * @param paused the event that paused it; absent unless it is paused now
 * @param revision sequence in its stream of its last event
 * @param last its last event
 */
public record Experiment(
    Design design,
    ExperimentStatus status,
    Serving serving,
    Review review,
    Oversight oversight,
    EventReference drafted,
    @Nullable EventReference started,
    @Nullable EventReference paused,
    @Nullable Kill kill,
    @Nullable Conclusion conclusion,
    long revision,
    EventReference last) {

  /**
   * What is served while it runs.
   *
   * @param trafficPpm 0 to 1,000,000, of the full allocation
   * @param epoch allocation epoch, from 0
   * @param allocation enrolled slots
   * @param equalArms whether each arm has as many slots as the smallest
   */
  public record Serving(int trafficPpm, int epoch, List<SlotRange> allocation, boolean equalArms) {
    static final Serving NOTHING = new Serving(0, 0, List.of(), false);

    public Serving {
      allocation = List.copyOf(allocation);
    }
  }

  /**
   * Who wrote the proposal and who agreed to it.
   *
   * @param author actor id of who drafted it
   * @param editors actor ids of who revised it
   * @param submittedDigest digest of the proposal under review or approved; absent after a revision
   * @param approvals those of the proposal under {@code submittedDigest}, oldest first
   */
  public record Review(
      String author,
      SortedSet<String> editors,
      @Nullable String submittedDigest,
      List<Approval> approvals) {
    public Review {
      editors = Collections.unmodifiableSortedSet(new TreeSet<>(editors));
      approvals = List.copyOf(approvals);
    }

    static Review of(String author) {
      return new Review(author, Collections.emptySortedSet(), null, List.of());
    }

    Review edited(String editor) {
      SortedSet<String> more = new TreeSet<>(editors);
      more.add(editor);
      return new Review(author, more, null, List.of());
    }

    Review submitted(String digest) {
      return new Review(author, editors, digest, List.of());
    }

    Review approved(Approval approval) {
      List<Approval> more = new ArrayList<>(approvals);
      more.add(approval);
      return new Review(author, editors, submittedDigest, more);
    }
  }

  /** Somebody's yes to the proposal with this digest. */
  public record Approval(String proposalDigest, EventReference event) {}

  /** The end by a kill, with what the guardrail saw when it was one. */
  public record Kill(@Nullable KillEvidence evidence, EventReference event) {}

  /** The end by a decision for a variant. */
  public record Conclusion(String winner, EventReference event) {}

  /** The key, which is the salt of its slots too. */
  public String key() {
    return design.experiment();
  }

  /** The variant that everyone targeted gets since it was concluded. */
  public @Nullable String winner() {
    return conclusion == null ? null : conclusion.winner();
  }

  /** Whether SDKs assign it: started at some time, and not assigned by somebody else. */
  public boolean isServed() {
    return status.hasStarted() && !design.assignedElsewhere();
  }

  static Experiment drafted(RecordedEvent recorded, Design design) {
    EventReference event = EventReference.to(recorded);
    return new Experiment(
        design,
        ExperimentStatus.DRAFT,
        Serving.NOTHING,
        Review.of(event.actor().id()),
        Oversight.NOTHING,
        event,
        null,
        null,
        null,
        null,
        recorded.sequence(),
        event);
  }

  /** The state after one more of its events. */
  Experiment apply(RecordedEvent recorded, ExperimentEvent fact) {
    EventReference by = EventReference.to(recorded);
    return moved(recorded, fact, by)
        .overseen(oversight.apply(fact, by))
        .touched(recorded.sequence(), by);
  }

  private Experiment moved(RecordedEvent recorded, ExperimentEvent fact, EventReference by) {
    return switch (fact) {
      case ExperimentDrafted e -> drafted(recorded, e.design());
      case ExperimentRevised e -> revised(e.design(), review.edited(by.actor().id()));
      case ExperimentSubmitted e ->
          reviewed(ExperimentStatus.IN_REVIEW, review.submitted(e.proposalDigest()));
      case ExperimentApproved e ->
          reviewed(statusAfter(e), review.approved(new Approval(e.proposalDigest(), by)));
      case ExperimentStarted e ->
          started(
              by, new Serving(e.trafficPpm(), e.epoch(), e.allocation(), isTrue(e.equalArms())));
      case ExperimentRamped e ->
          serving(new Serving(e.trafficPpm(), e.epoch(), e.allocation(), isTrue(e.equalArms())));
      case ExperimentPaused e -> running(ExperimentStatus.PAUSED, by);
      case ExperimentResumed e -> running(ExperimentStatus.RUNNING, null);
      case ExperimentKilled e ->
          ended(ExperimentStatus.KILLED, new Kill(e.evidence(), by), conclusion);
      case ExperimentRevived e -> revived(e);
      case ExperimentRetargeted e -> designed(design.withTargeting(e.targeting()));
      case ExperimentReallocated e ->
          designed(design.withVariants(e.variants()))
              .serving(
                  new Serving(
                      serving.trafficPpm(), e.epoch(), e.allocation(), serving.equalArms()));
      case ExperimentConcluded e ->
          ended(ExperimentStatus.CONCLUDED, kill, new Conclusion(e.winner(), by));
      case ExperimentArchived e -> reviewed(ExperimentStatus.ARCHIVED, review);
      case RampPlanned e -> this;
      case RampHeld e -> this;
      case RampContinued e -> this;
      case ChangeProposed e -> this;
      case ChangeApproved e -> this;
      case ChangeWithdrawn e -> this;
      case ReviewOpened e -> this;
      case ReviewClosed e -> this;
      case ReviewOverdue e -> this;
      case GuardrailStateRecorded e -> this;
    };
  }

  private ExperimentStatus statusAfter(ExperimentApproved fact) {
    return fact.tally() == null || fact.tally().isComplete() ? ExperimentStatus.APPROVED : status;
  }

  private static boolean isTrue(@Nullable Boolean value) {
    return Boolean.TRUE.equals(value);
  }

  private Experiment designed(Design next) {
    return with(next, status, serving, review, started, paused, kill, conclusion);
  }

  private Experiment revised(Design next, Review nextReview) {
    return with(
        next, ExperimentStatus.DRAFT, serving, nextReview, started, paused, kill, conclusion);
  }

  private Experiment reviewed(ExperimentStatus next, Review nextReview) {
    return with(design, next, serving, nextReview, started, paused, kill, conclusion);
  }

  private Experiment started(EventReference by, Serving next) {
    return with(design, ExperimentStatus.RUNNING, next, review, by, null, kill, conclusion);
  }

  private Experiment revived(ExperimentRevived fact) {
    Serving next =
        new Serving(fact.trafficPpm(), fact.epoch(), fact.allocation(), serving.equalArms());
    return with(design, ExperimentStatus.RUNNING, next, review, started, null, null, conclusion);
  }

  private Experiment serving(Serving next) {
    return with(design, status, next, review, started, paused, kill, conclusion);
  }

  private Experiment running(ExperimentStatus next, @Nullable EventReference pausedBy) {
    return with(design, next, serving, review, started, pausedBy, kill, conclusion);
  }

  private Experiment ended(
      ExperimentStatus next, @Nullable Kill killed, @Nullable Conclusion concluded) {
    return with(design, next, serving, review, started, null, killed, concluded);
  }

  private Experiment with(
      Design nextDesign,
      ExperimentStatus nextStatus,
      Serving nextServing,
      Review nextReview,
      @Nullable EventReference nextStarted,
      @Nullable EventReference nextPaused,
      @Nullable Kill nextKill,
      @Nullable Conclusion nextConclusion) {
    return new Experiment(
        nextDesign,
        nextStatus,
        nextServing,
        nextReview,
        oversight,
        drafted,
        nextStarted,
        nextPaused,
        nextKill,
        nextConclusion,
        revision,
        last);
  }

  private Experiment overseen(Oversight next) {
    return new Experiment(
        design,
        status,
        serving,
        review,
        next,
        drafted,
        started,
        paused,
        kill,
        conclusion,
        revision,
        last);
  }

  private Experiment touched(long sequence, EventReference by) {
    return new Experiment(
        design,
        status,
        serving,
        review,
        oversight,
        drafted,
        started,
        paused,
        kill,
        conclusion,
        sequence,
        by);
  }
}
