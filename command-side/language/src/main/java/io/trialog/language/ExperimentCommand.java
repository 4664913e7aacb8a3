package io.trialog.language;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Orders about one experiment. Traffic is in parts per million of the full allocation.
 *
 * <p>{@code proposal} names the approved change that an order applies; without it, an approved one
 * that says the same is looked for. {@code breakGlass} goes ahead without what would stop the
 * order, needs a reason, and opens a review.
 */
public sealed interface ExperimentCommand extends TrialogCommand {
  /** The experiment that the order is about. */
  String experiment();

  @Override
  default String stream() {
    return Streams.experiment(experiment());
  }

  /** Writes down a proposal. */
  record DraftExperiment(Design design) implements ExperimentCommand {
    @Override
    public String experiment() {
      return design.experiment();
    }
  }

  /** Replaces the proposal before it runs; whatever was approved is void. */
  record ReviseExperiment(Design design) implements ExperimentCommand {
    @Override
    public String experiment() {
      return design.experiment();
    }
  }

  /** Asks for review, of the design and of how it shall start when that is given. */
  record SubmitExperiment(String experiment, @Nullable Change launch) implements ExperimentCommand {
    /** Only the design is to be reviewed. */
    public SubmitExperiment(String experiment) {
      this(experiment, null);
    }
  }

  /** Says yes to the exact proposal; {@code proposalDigest}, when given, must be its digest. */
  record ApproveExperiment(String experiment, @Nullable String proposalDigest)
      implements ExperimentCommand {}

  /** Begins to serve; without a traffic, at the one that was approved, or at the full one. */
  record StartExperiment(
      String experiment,
      @Nullable Integer trafficPpm,
      boolean equalArms,
      @Nullable String proposal,
      boolean breakGlass)
      implements ExperimentCommand {
    /** A plain start. */
    public StartExperiment(String experiment, int trafficPpm) {
      this(experiment, trafficPpm, false, null, false);
    }
  }

  /** Widens the traffic; {@code equalArms}, when absent, stays what it is. */
  record RampExperiment(
      String experiment,
      @Nullable Integer trafficPpm,
      @Nullable Boolean equalArms,
      @Nullable String proposal,
      boolean breakGlass)
      implements ExperimentCommand {
    /** A plain ramp. */
    public RampExperiment(String experiment, int trafficPpm) {
      this(experiment, trafficPpm, null, null, false);
    }
  }

  /** Says by which steps the traffic shall widen from here on. */
  record PlanRamp(String experiment, @Nullable RampPlan plan, @Nullable String proposal)
      implements ExperimentCommand {}

  /** Takes the step of the plan that is due. */
  record TakeRampStep(String experiment, int step) implements ExperimentCommand {}

  /** Takes no further step until the plan goes on; past the cutoff it never does. */
  record HoldRamp(String experiment, boolean atCutoff) implements ExperimentCommand {}

  /** Lets the plan go on. */
  record ContinueRamp(String experiment) implements ExperimentCommand {}

  /** Stops serving for a while; subjects keep their slots. */
  record PauseExperiment(String experiment) implements ExperimentCommand {}

  /** Ends a pause. */
  record ResumeExperiment(String experiment, boolean breakGlass) implements ExperimentCommand {
    /** A plain resume. */
    public ResumeExperiment(String experiment) {
      this(experiment, false);
    }
  }

  /**
   * Stops serving for good, now; by a guardrail with its evidence, or by a person with a reason.
   */
  record KillExperiment(String experiment, @Nullable KillEvidence evidence, boolean breakGlass)
      implements ExperimentCommand {
    /** A kill by whoever may. */
    public KillExperiment(String experiment, @Nullable KillEvidence evidence) {
      this(experiment, evidence, false);
    }
  }

  /** Serves a killed experiment again. Always needs an approval. */
  record ReviveExperiment(
      String experiment,
      @Nullable Integer trafficPpm,
      @Nullable String proposal,
      boolean breakGlass)
      implements ExperimentCommand {}

  /** Changes for whom a started experiment is. */
  record RetargetExperiment(
      String experiment,
      @Nullable Targeting targeting,
      @Nullable String proposal,
      boolean breakGlass)
      implements ExperimentCommand {}

  /** Changes the shares or the variants of a started experiment; moves subjects, in a new epoch. */
  record ReallocateExperiment(
      String experiment, Change.@Nullable Reallocate change, @Nullable String proposal)
      implements ExperimentCommand {}

  /** Ends the experiment and serves the winner to everyone it targeted. */
  record ConcludeExperiment(
      String experiment, @Nullable String winner, @Nullable String proposal, boolean breakGlass)
      implements ExperimentCommand {
    /** A plain conclusion. */
    public ConcludeExperiment(String experiment, String winner) {
      this(experiment, winner, null, false);
    }
  }

  /** Puts away what does not run; nothing happens to it any more. */
  record ArchiveExperiment(String experiment) implements ExperimentCommand {}

  /** Writes down a change that needs approval. */
  record ProposeChange(String experiment, String proposal, Change change)
      implements ExperimentCommand {
    public ProposeChange {
      Keys.key("proposal", proposal);
      Keys.require("change", change);
    }
  }

  /** Says yes to the exact change; {@code proposalDigest}, when given, must be its digest. */
  record ApproveChange(String experiment, String proposal, @Nullable String proposalDigest)
      implements ExperimentCommand {
    public ApproveChange {
      Keys.key("proposal", proposal);
    }
  }

  /** Takes a proposed change back. */
  record WithdrawChange(String experiment, String proposal) implements ExperimentCommand {
    public WithdrawChange {
      Keys.key("proposal", proposal);
    }
  }

  /** Says what was found when a break-glass was looked at. */
  record CloseReview(String experiment, String review, String finding)
      implements ExperimentCommand {
    public CloseReview {
      Keys.key("review", review);
      Keys.text("finding", finding);
    }
  }

  /** Raises the alarm about a review that nobody closed in time. */
  record RaiseOverdueReview(String experiment, String review) implements ExperimentCommand {
    public RaiseOverdueReview {
      Keys.key("review", review);
    }
  }

  /**
   * Writes down what a guardrail knows by now about a treatment. {@code margin} is the share of
   * control's mean that may be lost; {@code verdictId} names the reading.
   */
  record RecordGuardrailState(
      String experiment,
      String metric,
      String variant,
      GuardrailState state,
      long subjectsControl,
      long subjectsVariant,
      String verdictId,
      BigDecimal margin)
      implements ExperimentCommand {
    public RecordGuardrailState {
      Keys.key("metric", metric);
      Keys.key("variant", variant);
      Keys.require("state", state);
      Keys.text("verdict_id", verdictId);
      Keys.require("margin", margin);
    }
  }
}
