package io.trialog.snapshots;

import io.trialog.language.Design;
import io.trialog.language.ExperimentEvent;
import io.trialog.language.ExperimentEvent.ExperimentApproved;
import io.trialog.language.ExperimentEvent.ExperimentConcluded;
import io.trialog.language.ExperimentEvent.ExperimentDrafted;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentPaused;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentResumed;
import io.trialog.language.ExperimentEvent.ExperimentRevised;
import io.trialog.language.ExperimentEvent.ExperimentStarted;
import io.trialog.language.ExperimentEvent.ExperimentSubmitted;
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
   */
  public record Serving(int trafficPpm, int epoch, List<SlotRange> allocation) {
    static final Serving NOTHING = new Serving(0, 0, List.of());

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
    Experiment next =
        switch (fact) {
          case ExperimentDrafted e -> drafted(recorded, e.design());
          case ExperimentRevised e -> revised(e.design(), review.edited(by.actor().id()));
          case ExperimentSubmitted e ->
              reviewed(ExperimentStatus.IN_REVIEW, review.submitted(e.proposalDigest()));
          case ExperimentApproved e ->
              reviewed(
                  ExperimentStatus.APPROVED, review.approved(new Approval(e.proposalDigest(), by)));
          case ExperimentStarted e ->
              started(by, new Serving(e.trafficPpm(), e.epoch(), e.allocation()));
          case ExperimentRamped e ->
              serving(new Serving(e.trafficPpm(), e.epoch(), e.allocation()));
          case ExperimentPaused e -> running(ExperimentStatus.PAUSED, by);
          case ExperimentResumed e -> running(ExperimentStatus.RUNNING, null);
          case ExperimentKilled e ->
              ended(ExperimentStatus.KILLED, new Kill(e.evidence(), by), conclusion);
          case ExperimentConcluded e ->
              ended(ExperimentStatus.CONCLUDED, kill, new Conclusion(e.winner(), by));
        };
    return next.touched(recorded.sequence(), by);
  }

  private Experiment revised(Design next, Review nextReview) {
    return new Experiment(
        next,
        ExperimentStatus.DRAFT,
        serving,
        nextReview,
        drafted,
        started,
        paused,
        kill,
        conclusion,
        revision,
        last);
  }

  private Experiment reviewed(ExperimentStatus next, Review nextReview) {
    return new Experiment(
        design,
        next,
        serving,
        nextReview,
        drafted,
        started,
        paused,
        kill,
        conclusion,
        revision,
        last);
  }

  private Experiment started(EventReference by, Serving next) {
    return new Experiment(
        design,
        ExperimentStatus.RUNNING,
        next,
        review,
        drafted,
        by,
        null,
        kill,
        conclusion,
        revision,
        last);
  }

  private Experiment serving(Serving next) {
    return new Experiment(
        design, status, next, review, drafted, started, paused, kill, conclusion, revision, last);
  }

  private Experiment running(ExperimentStatus next, @Nullable EventReference pausedBy) {
    return new Experiment(
        design,
        next,
        serving,
        review,
        drafted,
        started,
        pausedBy,
        kill,
        conclusion,
        revision,
        last);
  }

  private Experiment ended(
      ExperimentStatus next, @Nullable Kill killed, @Nullable Conclusion concluded) {
    return new Experiment(
        design, next, serving, review, drafted, started, null, killed, concluded, revision, last);
  }

  private Experiment touched(long sequence, EventReference by) {
    return new Experiment(
        design, status, serving, review, drafted, started, paused, kill, conclusion, sequence, by);
  }
}
