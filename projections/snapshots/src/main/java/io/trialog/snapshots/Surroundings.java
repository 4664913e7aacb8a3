package io.trialog.snapshots;

import io.trialog.language.EnvironmentEvent;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.FlagEvent;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.log.RecordedEvent;
import java.util.SortedMap;

/**
 * What stands around experiments and decides on them too: environments, exclusion sets, holdouts
 * and flags, each by its key. Immutable; a pure fold.
 */
public record Surroundings(
    SortedMap<String, Environment> environments,
    SortedMap<String, ExclusionSet> exclusionSets,
    SortedMap<String, Holdout> holdouts,
    SortedMap<String, Flag> flags) {
  static final Surroundings NOTHING =
      new Surroundings(
          SharedMaps.empty(), SharedMaps.empty(), SharedMaps.empty(), SharedMaps.empty());

  Surroundings apply(RecordedEvent recorded, EnvironmentEvent fact) {
    Environment next =
        fact instanceof EnvironmentCreated e
            ? Environment.created(recorded, e)
            : Directory.known(recorded, fact.environment(), environments.get(fact.environment()))
                .apply(recorded, fact);
    return new Surroundings(
        SharedMaps.with(environments, next.environment(), next), exclusionSets, holdouts, flags);
  }

  Surroundings apply(RecordedEvent recorded, ExclusionSetEvent fact) {
    ExclusionSet next =
        fact instanceof ExclusionSetCreated e
            ? ExclusionSet.created(recorded, e)
            : Directory.known(recorded, fact.set(), exclusionSets.get(fact.set()))
                .apply(recorded, fact);
    return new Surroundings(
        environments, SharedMaps.with(exclusionSets, next.key(), next), holdouts, flags);
  }

  Surroundings apply(RecordedEvent recorded, HoldoutEvent fact) {
    Holdout next =
        fact instanceof HoldoutCreated e
            ? Holdout.created(recorded, e)
            : Directory.known(recorded, fact.holdout(), holdouts.get(fact.holdout()))
                .apply(recorded, fact);
    return new Surroundings(
        environments, exclusionSets, SharedMaps.with(holdouts, fact.holdout(), next), flags);
  }

  Surroundings apply(RecordedEvent recorded, FlagEvent fact) {
    Flag next =
        fact instanceof FlagCreated e
            ? Flag.created(recorded, e)
            : Directory.known(recorded, fact.flag(), flags.get(fact.flag())).apply(recorded, fact);
    return new Surroundings(
        environments, exclusionSets, holdouts, SharedMaps.with(flags, next.key(), next));
  }
}
