package io.trialog.language;

import java.util.Locale;

/** The sorts of change of an experiment that a namespace may ask approvals for. */
public enum ChangeKind {
  START,
  RAMP,
  RETARGET,
  REALLOCATE,
  REVIVE,
  CONCLUDE;

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a regulated experiment needs an approval for it, whatever the namespace says. */
  public boolean isRegulated() {
    return switch (this) {
      case START, RAMP, RETARGET, REALLOCATE, REVIVE -> true;
      case CONCLUDE -> false;
    };
  }
}
