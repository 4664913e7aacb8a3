package io.trialog.language;

import java.util.Locale;

/** What a holder may do. */
public enum Role {
  /** Reads experiments and results. */
  VIEWER,
  /** Drafts, submits, starts, ramps, pauses, kills, concludes. */
  EXPERIMENTER,
  /** Approves what others propose. */
  APPROVER,
  /** Reads the audit trail, exports the log. */
  AUDITOR,
  /** Issues tokens, opens namespaces; may do what the others may, but never approve its own. */
  ADMIN,
  /** Reads snapshots, sends exposures and outcomes. */
  SDK;

  /** Whether its holder decides over what others do, or may look at everything. */
  public boolean isDeciding() {
    return switch (this) {
      case APPROVER, AUDITOR, ADMIN -> true;
      case VIEWER, EXPERIMENTER, SDK -> false;
    };
  }

  /** The lower-case word used in JSON. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
