package io.trialog.sdk.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** An experiment with what else of its snapshot decides on it. */
final class Placed {
  private static final Holdout[] NO_HOLDOUTS = {};
  private static final ExclusionSet.Reservation[] NO_RESERVATIONS = {};

  final Experiment experiment;
  final Prerequisite[] prerequisites;
  private final Holdout[] holdouts;
  private final ExclusionSet[] sets;
  private final ExclusionSet.Reservation[] reservations;

  /**
   * @throws IllegalArgumentException for a reservation in a set that there is not
   */
  Placed(Experiment experiment, Collection<Holdout> all, Map<String, ExclusionSet> known) {
    this.experiment = experiment;
    this.prerequisites = experiment.prerequisites().toArray(new Prerequisite[0]);
    List<Holdout> covering = new ArrayList<>();
    for (Holdout holdout : all) {
      if (holdout.covers(experiment)) {
        covering.add(holdout);
      }
    }
    this.holdouts = covering.toArray(NO_HOLDOUTS);
    this.reservations = experiment.reservations().toArray(NO_RESERVATIONS);
    this.sets = new ExclusionSet[reservations.length];
    for (int i = 0; i < sets.length; i++) {
      ExclusionSet set = known.get(reservations[i].set());
      if (set == null) {
        throw new IllegalArgumentException(
            experiment.key() + " is in an unknown exclusion set, " + reservations[i].set());
      }
      sets[i] = set;
    }
  }

  boolean holdsOut(Context context) {
    for (Holdout holdout : holdouts) {
      if (holdout.holdsOut(context)) {
        return true;
      }
    }
    return false;
  }

  boolean excludes(Context context) {
    for (int i = 0; i < sets.length; i++) {
      int slot = sets[i].slot(context);
      if (slot == HashSpace.NO_SLOT || !reservations[i].owns(slot)) {
        return true;
      }
    }
    return false;
  }
}
