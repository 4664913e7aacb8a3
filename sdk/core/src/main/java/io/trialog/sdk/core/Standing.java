package io.trialog.sdk.core;

import org.jspecify.annotations.Nullable;

/**
 * Where a subject stands with an experiment of the snapshot, as one int, so that evaluation
 * allocates nothing: its slot where slots decide, else the complement of the reason's ordinal,
 * which is negative. Pure functions.
 */
final class Standing {
  private static final Reason[] REASONS = Reason.values();

  /** When evaluation itself failed. */
  static final int ERROR = closed(Reason.ERROR);

  private Standing() {}

  @SuppressWarnings("EnumOrdinal") // It ends with the evaluation; nobody stores it.
  private static int closed(Reason reason) {
    return ~reason.ordinal();
  }

  /**
   * The steps of protocol clauses 5.1 and 9.8 from the third on.
   *
   * @param subject that of the experiment in this context; null without one
   */
  static int of(
      Snapshot snapshot,
      Placed placed,
      Context context,
      Overrides overrides,
      @Nullable String subject) {
    if (subject == null) {
      return closed(Reason.UNIT_MISSING);
    }
    if (overrides.find(placed.experiment, subject) != null) {
      return closed(Reason.OVERRIDE);
    }
    Reason closed = Gates.closed(snapshot, placed, context, null);
    // The experiment's own hash comes last: the steps before it are cheaper.
    return closed != null ? closed(closed) : placed.experiment.slot(subject);
  }

  static int slot(int standing) {
    return standing < 0 ? DecisionVisitor.NO_SLOT : standing;
  }

  static Reason reason(int standing, Experiment experiment) {
    if (standing < 0) {
      return REASONS[~standing];
    }
    return experiment.owner(standing) == null ? Reason.NOT_ENROLLED : Reason.ASSIGNED;
  }

  static Variant variant(
      int standing, Experiment experiment, Overrides overrides, @Nullable String subject) {
    Variant variant = null;
    if (standing >= 0) {
      variant = experiment.owner(standing);
    } else if (standing == closed(Reason.CONCLUDED)) {
      variant = experiment.winnerOrControl();
    } else if (standing == closed(Reason.OVERRIDE) && subject != null) {
      variant = overrides.find(experiment, subject);
    }
    return variant == null ? experiment.controlVariant() : variant;
  }
}
