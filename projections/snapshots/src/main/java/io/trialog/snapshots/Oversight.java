package io.trialog.snapshots;

import io.trialog.language.Basis;
import io.trialog.language.Change;
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
import io.trialog.language.GuardrailState;
import io.trialog.language.RampPlan;
import io.trialog.language.RampProgress;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What stands around an experiment: proposed changes, reviews of broken glass, what its guardrails
 * know, and its ramp plan. Immutable.
 *
 * @param proposals by their key; also those that were applied or withdrawn
 * @param reviews by their key; also the closed ones
 * @param guardrails by {@code metric/variant}, of the current epoch
 * @param ramp the plan in force; absent without one
 */
public record Oversight(
    SortedMap<String, Proposal> proposals,
    SortedMap<String, BreakGlassReview> reviews,
    SortedMap<String, GuardrailStanding> guardrails,
    @Nullable Ramp ramp) {
  static final Oversight NOTHING =
      new Oversight(
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          Collections.emptySortedMap(),
          null);

  /**
   * A proposed change; {@code state} is open, applied or withdrawn, {@code approved} are the events
   * by which people said yes, oldest first.
   */
  public record Proposal(
      String proposal,
      Change change,
      String digest,
      String state,
      int approvals,
      int required,
      EventReference proposed,
      List<EventReference> approved) {
    public Proposal {
      approved = List.copyOf(approved);
    }
  }

  /** A review of a break-glass; {@code finding} and {@code closed} are there once it is closed. */
  public record BreakGlassReview(
      String review,
      String operation,
      Instant dueAt,
      boolean overdue,
      EventReference opened,
      @Nullable String finding,
      @Nullable EventReference closed) {
    public boolean isOpen() {
      return closed == null;
    }
  }

  /** What a guardrail knows about a treatment; see the event for its members. */
  public record GuardrailStanding(
      String metric,
      String variant,
      GuardrailState state,
      long subjectsControl,
      long subjectsVariant,
      @Nullable BigDecimal harmAtMost,
      @Nullable Instant evaluatedAt,
      EventReference event) {}

  /** A ramp plan and how far it is. */
  public record Ramp(RampPlan plan, RampProgress progress, boolean held, boolean atCutoff) {
    Ramp at(RampProgress next) {
      return new Ramp(plan, next, held, atCutoff);
    }
  }

  public Oversight {
    proposals = Collections.unmodifiableSortedMap(new TreeMap<>(proposals));
    reviews = Collections.unmodifiableSortedMap(new TreeMap<>(reviews));
    guardrails = Collections.unmodifiableSortedMap(new TreeMap<>(guardrails));
  }

  Oversight apply(ExperimentEvent fact, EventReference by) {
    return switch (fact) {
      case ExperimentDrafted e -> this;
      case ExperimentRevised e -> this;
      case ExperimentSubmitted e -> this;
      case ExperimentApproved e -> this;
      case ExperimentStarted e -> applied(e.basis());
      case ExperimentRamped e -> ramped(e);
      case ExperimentPaused e -> this;
      case ExperimentResumed e -> this;
      case ExperimentKilled e -> withRamp(null);
      case ExperimentRevived e -> applied(e.basis());
      case ExperimentRetargeted e -> applied(e.basis());
      case ExperimentReallocated e -> applied(e.basis()).withGuardrails(new TreeMap<>());
      case ExperimentConcluded e -> applied(e.basis()).withRamp(null);
      case ExperimentArchived e -> this;
      case RampPlanned e ->
          applied(e.basis()).withRamp(new Ramp(e.plan(), e.progress(), false, false));
      case RampHeld e -> held(true, e.atCutoff());
      case RampContinued e -> held(false, false);
      case ChangeProposed e -> proposed(e, by);
      case ChangeApproved e -> changed(e.proposal(), each -> approved(each, e, by));
      case ChangeWithdrawn e -> changed(e.proposal(), each -> inState(each, "withdrawn"));
      case ReviewOpened e -> opened(e, by);
      case ReviewClosed e -> reviewed(e.review(), each -> closed(each, e.finding(), by));
      case ReviewOverdue e -> reviewed(e.review(), Oversight::overdue);
      case GuardrailStateRecorded e -> guarded(e, by);
    };
  }

  private Oversight ramped(ExperimentRamped fact) {
    Oversight next = applied(fact.basis());
    return ramp == null || fact.progress() == null ? next : next.withRamp(ramp.at(fact.progress()));
  }

  private Oversight held(boolean held, boolean atCutoff) {
    return ramp == null ? this : withRamp(new Ramp(ramp.plan(), ramp.progress(), held, atCutoff));
  }

  private Oversight applied(@Nullable Basis basis) {
    return basis == null || basis.proposal() == null
        ? this
        : changed(basis.proposal(), each -> inState(each, "applied"));
  }

  private Oversight proposed(ChangeProposed e, EventReference by) {
    SortedMap<String, Proposal> next = new TreeMap<>(proposals);
    next.put(
        e.proposal(),
        new Proposal(e.proposal(), e.change(), e.proposalDigest(), "open", 0, 0, by, List.of()));
    return new Oversight(next, reviews, guardrails, ramp);
  }

  private Oversight opened(ReviewOpened e, EventReference by) {
    SortedMap<String, BreakGlassReview> next = new TreeMap<>(reviews);
    next.put(
        e.review(),
        new BreakGlassReview(e.review(), e.operation(), e.dueAt(), false, by, null, null));
    return new Oversight(proposals, next, guardrails, ramp);
  }

  private Oversight guarded(GuardrailStateRecorded e, EventReference by) {
    SortedMap<String, GuardrailStanding> next = new TreeMap<>(guardrails);
    next.put(
        e.metric() + "/" + e.variant(),
        new GuardrailStanding(
            e.metric(),
            e.variant(),
            e.state(),
            e.subjectsControl(),
            e.subjectsVariant(),
            e.harmAtMost(),
            e.evaluatedAt(),
            by));
    return withGuardrails(next);
  }

  private static Proposal approved(Proposal each, ChangeApproved e, EventReference by) {
    List<EventReference> yeses = new ArrayList<>(each.approved());
    yeses.add(by);
    return new Proposal(
        each.proposal(),
        each.change(),
        each.digest(),
        each.state(),
        e.tally().approvals(),
        e.tally().required(),
        each.proposed(),
        yeses);
  }

  private static Proposal inState(Proposal each, String state) {
    return new Proposal(
        each.proposal(),
        each.change(),
        each.digest(),
        state,
        each.approvals(),
        each.required(),
        each.proposed(),
        each.approved());
  }

  private static BreakGlassReview closed(BreakGlassReview each, String finding, EventReference by) {
    return new BreakGlassReview(
        each.review(), each.operation(), each.dueAt(), each.overdue(), each.opened(), finding, by);
  }

  private static BreakGlassReview overdue(BreakGlassReview each) {
    return new BreakGlassReview(
        each.review(),
        each.operation(),
        each.dueAt(),
        true,
        each.opened(),
        each.finding(),
        each.closed());
  }

  private Oversight changed(String proposal, UnaryOperator<Proposal> change) {
    SortedMap<String, Proposal> next = new TreeMap<>(proposals);
    next.computeIfPresent(proposal, (key, each) -> change.apply(each));
    return new Oversight(next, reviews, guardrails, ramp);
  }

  private Oversight reviewed(String review, UnaryOperator<BreakGlassReview> change) {
    SortedMap<String, BreakGlassReview> next = new TreeMap<>(reviews);
    next.computeIfPresent(review, (key, each) -> change.apply(each));
    return new Oversight(proposals, next, guardrails, ramp);
  }

  private Oversight withGuardrails(SortedMap<String, GuardrailStanding> next) {
    return new Oversight(proposals, reviews, next, ramp);
  }

  private Oversight withRamp(@Nullable Ramp next) {
    return new Oversight(proposals, reviews, guardrails, next);
  }
}
