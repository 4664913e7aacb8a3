package io.trialog.command.experiment;

import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.ExperimentEvent.GuardrailStateRecorded;
import io.trialog.language.GuardrailState;
import io.trialog.language.PromotionRefusal.GuardrailBlocksPromotion;
import io.trialog.language.Refused;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What the guardrails of the current epoch know, and what that forbids. */
final class Promotion {
  private static final String UNDECIDED = "undecided";

  private record Pair(String metric, String variant) {}

  private final Map<Pair, GuardrailStateRecorded> known = new HashMap<>();

  void recorded(GuardrailStateRecorded fact) {
    known.put(new Pair(fact.metric(), fact.variant()), fact);
  }

  /** A new epoch has other subjects in its arms. */
  void forget() {
    known.clear();
  }

  boolean isKnown(String metric, String variant, String verdictId) {
    GuardrailStateRecorded last = known.get(new Pair(metric, variant));
    return last != null && last.verdictId().equals(verdictId);
  }

  /** Refuses unless each critical guardrail is safe for each treatment. */
  void mustBeSafe(Design design) {
    blocking(design, true)
        .ifPresent(block -> {
          throw new Refused(block);
        });
  }

  /** The first guardrail, of all or of the critical ones, that is not safe for a treatment. */
  Optional<GuardrailBlocksPromotion> blocking(Design design, boolean criticalOnly) {
    for (GuardrailRule rule : design.guardrails()) {
      for (String variant : design.treatments()) {
        String state = state(rule.metric(), variant);
        if ((rule.critical() || !criticalOnly) && !state.equals(GuardrailState.SAFE.word())) {
          return Optional.of(
              new GuardrailBlocksPromotion(design.experiment(), rule.metric(), variant, state));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Subjects in each arm, of the treatment that has the fewest by the guardrail that counts most.
   */
  long smallestSample(Design design) {
    return design.treatments().stream()
        .mapToLong(variant ->
            known.values().stream()
                .filter(fact -> fact.variant().equals(variant))
                .mapToLong(fact -> Math.min(fact.subjectsControl(), fact.subjectsVariant()))
                .max()
                .orElse(0))
        .min()
        .orElse(0);
  }

  private String state(String metric, String variant) {
    GuardrailStateRecorded fact = known.get(new Pair(metric, variant));
    return fact == null ? UNDECIDED : fact.state().word();
  }
}
