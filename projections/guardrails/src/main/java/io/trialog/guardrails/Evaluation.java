package io.trialog.guardrails;

import java.util.List;
import java.util.Optional;

/**
 * One look at an experiment.
 *
 * @param looks one for each rule and treatment arm, in the order of the design
 * @param sampleRatio absent when fewer than two variants have a share, or a count is impossible
 */
public record Evaluation(List<GuardrailLook> looks, Optional<SampleRatioLook> sampleRatio) {
  public Evaluation {
    looks = List.copyOf(looks);
  }
}
