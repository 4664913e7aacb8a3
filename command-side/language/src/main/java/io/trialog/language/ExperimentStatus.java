package io.trialog.language;

import java.util.Locale;

/** Where an experiment is in its life. */
public enum ExperimentStatus {
  DRAFT,
  IN_REVIEW,
  APPROVED,
  RUNNING,
  PAUSED,
  KILLED,
  CONCLUDED;

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether subjects may have been exposed. */
  public boolean hasStarted() {
    return switch (this) {
      case DRAFT, IN_REVIEW, APPROVED -> false;
      case RUNNING, PAUSED, KILLED, CONCLUDED -> true;
    };
  }
}
