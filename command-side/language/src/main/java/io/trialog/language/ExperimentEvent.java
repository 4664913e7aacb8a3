package io.trialog.language;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts about one experiment. {@code epoch} counts allocation epochs from 0; traffic is in parts
 * per million of the full allocation; {@code allocation} are the enrolled slots from then on.
 *
 * <p>An absent {@code basis} means that nothing had to be approved; an absent {@code equalArms}
 * means no.
 */
public sealed interface ExperimentEvent extends TrialogEvent {
  /** The experiment that the fact is about. */
  String experiment();

  /** A proposal was written down. */
  record ExperimentDrafted(String experiment, Design design) implements ExperimentEvent {}

  /** The proposal was replaced; earlier approvals are void. */
  record ExperimentRevised(String experiment, Design design) implements ExperimentEvent {}

  /** Review was asked for the proposal with this digest: the design, and the launch if given. */
  record ExperimentSubmitted(String experiment, String proposalDigest, @Nullable Change launch)
      implements ExperimentEvent {}

  /** Another person said yes to the proposal with this digest; absent {@code tally}: enough. */
  record ExperimentApproved(String experiment, String proposalDigest, @Nullable Tally tally)
      implements ExperimentEvent {}

  /** Serving began. */
  record ExperimentStarted(
      String experiment,
      int trafficPpm,
      int epoch,
      List<SlotRange> allocation,
      @Nullable Basis basis,
      @Nullable Boolean equalArms)
      implements ExperimentEvent {
    public ExperimentStarted {
      allocation = List.copyOf(allocation);
    }
  }

  /** The traffic was widened; {@code progress} is that of the plan in force. */
  record ExperimentRamped(
      String experiment,
      int fromTrafficPpm,
      int trafficPpm,
      int epoch,
      List<SlotRange> allocation,
      @Nullable Basis basis,
      @Nullable Boolean equalArms,
      @Nullable RampProgress progress)
      implements ExperimentEvent {
    public ExperimentRamped {
      allocation = List.copyOf(allocation);
    }
  }

  /** Serving stopped for a while. */
  record ExperimentPaused(String experiment) implements ExperimentEvent {}

  /** The pause ended. */
  record ExperimentResumed(String experiment, @Nullable Basis basis) implements ExperimentEvent {}

  /** Serving stopped for good; {@code evidence} when a guardrail did it. */
  record ExperimentKilled(String experiment, @Nullable KillEvidence evidence, @Nullable Basis basis)
      implements ExperimentEvent {}

  /** The experiment ended; everyone it targeted gets the winner. */
  record ExperimentConcluded(String experiment, String winner, @Nullable Basis basis)
      implements ExperimentEvent {}

  /** A killed experiment is served again. */
  record ExperimentRevived(
      String experiment,
      int fromTrafficPpm,
      int trafficPpm,
      int epoch,
      List<SlotRange> allocation,
      Basis basis)
      implements ExperimentEvent {
    public ExperimentRevived {
      allocation = List.copyOf(allocation);
      Keys.require("basis", basis);
    }
  }

  /** It is for others from then on. */
  record ExperimentRetargeted(
      String experiment, Targeting before, Targeting targeting, @Nullable Basis basis)
      implements ExperimentEvent {
    public ExperimentRetargeted {
      Keys.require("before", before);
      Keys.require("targeting", targeting);
    }
  }

  /**
   * Shares or variants changed, and a new epoch began: {@code movedSlots} slots went from one
   * variant to another.
   */
  record ExperimentReallocated(
      String experiment,
      List<Design.Variant> before,
      List<Design.Variant> variants,
      int epoch,
      List<SlotRange> allocation,
      int movedSlots,
      @Nullable Basis basis)
      implements ExperimentEvent {
    public ExperimentReallocated {
      before = List.copyOf(before);
      variants = List.copyOf(variants);
      allocation = List.copyOf(allocation);
    }
  }

  /** It was put away. */
  record ExperimentArchived(String experiment) implements ExperimentEvent {}

  /** The traffic widens by this plan from then on; an earlier plan is void. */
  record RampPlanned(String experiment, RampPlan plan, RampProgress progress, @Nullable Basis basis)
      implements ExperimentEvent {
    public RampPlanned {
      Keys.require("plan", plan);
      Keys.require("progress", progress);
    }
  }

  /** No step of the plan is taken until it goes on. */
  record RampHeld(String experiment, boolean atCutoff) implements ExperimentEvent {}

  /** The plan goes on. */
  record RampContinued(String experiment) implements ExperimentEvent {}

  /** A change was proposed; the digest covers it and the design that it changes. */
  record ChangeProposed(String experiment, String proposal, Change change, String proposalDigest)
      implements ExperimentEvent {
    public ChangeProposed {
      Keys.require("change", change);
    }
  }

  /** Another person said yes to the change with this digest. */
  record ChangeApproved(String experiment, String proposal, String proposalDigest, Tally tally)
      implements ExperimentEvent {
    public ChangeApproved {
      Keys.require("tally", tally);
    }
  }

  /** The proposed change was taken back. */
  record ChangeWithdrawn(String experiment, String proposal) implements ExperimentEvent {}

  /** The glass was broken for {@code operation}; promotion waits for the review. */
  record ReviewOpened(String experiment, String review, String operation, Instant dueAt)
      implements ExperimentEvent {
    public ReviewOpened {
      Keys.require("due_at", dueAt);
    }
  }

  /** Another person looked at it and says what was found. */
  record ReviewClosed(String experiment, String review, String finding)
      implements ExperimentEvent {}

  /** Nobody closed the review in time. */
  record ReviewOverdue(String experiment, String review, Instant dueAt) implements ExperimentEvent {
    public ReviewOverdue {
      Keys.require("due_at", dueAt);
    }
  }

  /**
   * What a guardrail knows by then about a treatment, of the current epoch. {@code verdictId} names
   * the reading, {@code evaluatedAt} says when it was taken, and {@code harmAtMost} is its upper
   * bound of the relative harm, absent when the data give none.
   */
  record GuardrailStateRecorded(
      String experiment,
      String metric,
      String variant,
      GuardrailState state,
      long subjectsControl,
      long subjectsVariant,
      String verdictId,
      BigDecimal margin,
      @Nullable BigDecimal harmAtMost,
      @Nullable Integer epoch,
      @Nullable Instant evaluatedAt)
      implements ExperimentEvent {
    public GuardrailStateRecorded {
      Keys.require("state", state);
      Keys.require("margin", margin);
    }

    /** What the order says. */
    public static GuardrailStateRecorded of(ExperimentCommand.RecordGuardrailState order) {
      return new GuardrailStateRecorded(
          order.experiment(),
          order.metric(),
          order.variant(),
          order.state(),
          order.subjectsControl(),
          order.subjectsVariant(),
          order.verdictId(),
          order.margin(),
          order.harmAtMost(),
          order.epoch(),
          order.evaluatedAt());
    }
  }
}
