package io.trialog.language;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Facts about one experiment. {@code epoch} counts allocation epochs from 0; traffic is in parts
 * per million of the full allocation; {@code allocation} are the enrolled slots from then on.
 */
public sealed interface ExperimentEvent extends TrialogEvent {
  /** The experiment that the fact is about. */
  String experiment();

  /** A proposal was written down. */
  record ExperimentDrafted(String experiment, Design design) implements ExperimentEvent {}

  /** The proposal was replaced; earlier approvals are void. */
  record ExperimentRevised(String experiment, Design design) implements ExperimentEvent {}

  /** Review was asked for the proposal with this digest. */
  record ExperimentSubmitted(String experiment, String proposalDigest) implements ExperimentEvent {}

  /** A second person said yes to the proposal with this digest. */
  record ExperimentApproved(String experiment, String proposalDigest) implements ExperimentEvent {}

  /** Serving began. */
  record ExperimentStarted(String experiment, int trafficPpm, int epoch, List<SlotRange> allocation)
      implements ExperimentEvent {
    public ExperimentStarted {
      allocation = List.copyOf(allocation);
    }
  }

  /** The traffic was widened. */
  record ExperimentRamped(
      String experiment, int fromTrafficPpm, int trafficPpm, int epoch, List<SlotRange> allocation)
      implements ExperimentEvent {
    public ExperimentRamped {
      allocation = List.copyOf(allocation);
    }
  }

  /** Serving stopped for a while. */
  record ExperimentPaused(String experiment) implements ExperimentEvent {}

  /** The pause ended. */
  record ExperimentResumed(String experiment) implements ExperimentEvent {}

  /** Serving stopped for good; {@code evidence} when a guardrail did it. */
  record ExperimentKilled(String experiment, @Nullable KillEvidence evidence)
      implements ExperimentEvent {}

  /** The experiment ended; everyone it targeted gets the winner. */
  record ExperimentConcluded(String experiment, String winner) implements ExperimentEvent {}
}
