package io.trialog.language;

import java.util.Map;

/** Rules of holdouts. */
public sealed interface HoldoutRefusal extends Refusal {
  /** An end is for good. */
  record HoldoutHasEnded(String holdout) implements HoldoutRefusal {
    @Override
    public String code() {
      return "holdout_has_ended";
    }

    @Override
    public String sentence() {
      return "Holdout \"" + holdout + "\" has ended before.";
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("holdout", holdout);
    }
  }
}
