package io.trialog.guardrails;

import java.util.Locale;

/** Where the standard deviation in a guardrail's plan comes from. */
public enum SdSource {
  /** A proportion, whose test needs no plan of information. */
  NOT_NEEDED,
  /** From history, in the definition of the metric. */
  TYPICAL,
  /** From the first look at this experiment past the burn-in; the same ever since. */
  FROZEN_FROM_LIVE_DATA,
  /** Not fixed yet, because the burn-in is not over; what is shown now does not count. */
  NOT_FROZEN_YET;

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
