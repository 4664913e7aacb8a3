package io.trialog.language;

import java.util.Map;
import java.util.TreeMap;

/** Rules of what is written down about guardrails. */
public sealed interface GuardrailRefusal extends Refusal {
  /**
   * A later reading is written down already, or a new epoch has begun since; {@code known} and
   * {@code found} are the times or epochs of both.
   */
  record ReadingIsOld(String experiment, String metric, String variant, String known, String found)
      implements GuardrailRefusal {
    @Override
    public String code() {
      return "guardrail_reading_is_old";
    }

    @Override
    public String sentence() {
      return "Guardrail \"%s\" of experiment \"%s\" and variant \"%s\" is known as of %s; the reading is of %s."
          .formatted(metric, experiment, variant, known, found);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of("metric", metric, "variant", variant, "known", known, "found", found));
    }
  }

  /** The verdict has killed the experiment before, and somebody revived it knowing so. */
  record VerdictIsUsed(String experiment, String verdict) implements GuardrailRefusal {
    @Override
    public String code() {
      return "verdict_is_used";
    }

    @Override
    public String sentence() {
      return "Verdict \"%s\" killed experiment \"%s\" before; it was revived since."
          .formatted(verdict, experiment);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("verdict", verdict));
    }
  }
}
