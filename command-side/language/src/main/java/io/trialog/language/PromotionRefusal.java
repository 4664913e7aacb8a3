package io.trialog.language;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Why an experiment is not promoted, whoever asks. */
public sealed interface PromotionRefusal extends Refusal {
  /** A critical guardrail is not safe; {@code state} is breached, watch or undecided. */
  record GuardrailBlocksPromotion(String experiment, String metric, String variant, String state)
      implements PromotionRefusal {
    @Override
    public String code() {
      return "guardrail_blocks_promotion";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" is not promoted: guardrail \"%s\" is %s for variant \"%s\", and must be safe."
          .formatted(experiment, metric, state, variant);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("metric", metric, "variant", variant, "state", state));
    }
  }

  /** The glass was broken, and nobody has looked at it yet. */
  record ReviewOpen(String experiment, String review, String operation, Instant dueAt)
      implements PromotionRefusal {
    @Override
    public String code() {
      return "review_open";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" is not promoted: review \"%s\" of a break-glass to %s is open."
          .formatted(experiment, review, operation);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of("review", review, "operation", operation, "due_at", dueAt.toString()));
    }
  }
}
