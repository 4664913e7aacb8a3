package io.trialog.language;

import org.jspecify.annotations.Nullable;

/** Orders about one experiment. Traffic is in parts per million of the full allocation. */
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

  /** Asks for review. */
  record SubmitExperiment(String experiment) implements ExperimentCommand {}

  /** Says yes to the exact proposal; {@code proposalDigest}, when given, must be its digest. */
  record ApproveExperiment(String experiment, @Nullable String proposalDigest)
      implements ExperimentCommand {}

  /** Begins to serve. */
  record StartExperiment(String experiment, int trafficPpm) implements ExperimentCommand {}

  /** Widens the traffic. */
  record RampExperiment(String experiment, int trafficPpm) implements ExperimentCommand {}

  /** Stops serving for a while; subjects keep their slots. */
  record PauseExperiment(String experiment) implements ExperimentCommand {}

  /** Ends a pause. */
  record ResumeExperiment(String experiment) implements ExperimentCommand {}

  /**
   * Stops serving for good, now; by a guardrail with its evidence, or by a person with a reason.
   */
  record KillExperiment(String experiment, @Nullable KillEvidence evidence)
      implements ExperimentCommand {}

  /** Ends the experiment and serves the winner to everyone it targeted. */
  record ConcludeExperiment(String experiment, String winner) implements ExperimentCommand {}
}
