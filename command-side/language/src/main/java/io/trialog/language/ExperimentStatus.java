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
  CONCLUDED,
  ARCHIVED;

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is part of what is served: it has started, and was not put away. */
  public boolean hasStarted() {
    return switch (this) {
      case DRAFT, IN_REVIEW, APPROVED, ARCHIVED -> false;
      case RUNNING, PAUSED, KILLED, CONCLUDED -> true;
    };
  }
}
