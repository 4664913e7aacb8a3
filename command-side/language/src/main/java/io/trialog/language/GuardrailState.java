package io.trialog.language;

import java.util.Locale;

/** What a guardrail knows about a treatment. */
public enum GuardrailState {
  /** Shown to be no worse than the margin allows. */
  SAFE,
  /** Not decided yet. */
  WATCH,
  /** Harm is shown. */
  BREACHED;

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
