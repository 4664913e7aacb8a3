package io.trialog.command.control;

import java.util.Locale;

/** Why a control message is not followed. */
public enum ControlRefusal {
  /** It is no signed note. */
  UNSIGNED,
  /** It is signed, but not by a key that is trusted for the environment it names. */
  WRONG_KEY,
  /** The signature of the trusted key is wrong: the text was changed. */
  BAD_SIGNATURE,
  /** It names another environment than the experiment's. */
  OTHER_ENVIRONMENT,
  /** A later one about the same guardrail came before it. */
  REPLAYED,
  /** It is signed well and says nothing that is understood. */
  UNREADABLE;

  /** The lower-case word used in counters and logs. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
