package io.trialog.snapshots;

import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.TrialogEvent;
import org.jspecify.annotations.Nullable;

/**
 * That an event stops an experiment, a flag or all experiments of an environment, or takes such a
 * stop back.
 *
 * @param key an experiment's key, {@code flag/key} or {@code environment/key}
 * @param begins whether it stops; else it goes on
 */
record Stop(String key, String environment, boolean begins) {
  /** What an event stops or lets go on; null for most. */
  static @Nullable Stop of(Directory before, TrialogEvent event) {
    return switch (event) {
      case ExperimentKilled e -> experiment(before, e.experiment(), true);
      case ExperimentRevived e -> experiment(before, e.experiment(), false);
      case FlagKilled e -> flag(before, e.flag(), true);
      case FlagEnabled e -> wasKilled(before, e.flag()) ? flag(before, e.flag(), false) : null;
      case KillSwitchEngaged e -> environment(e.environment(), true);
      case KillSwitchReleased e -> environment(e.environment(), false);
      // All others stop nothing.
      default -> null;
    };
  }

  private static @Nullable Stop experiment(Directory before, String key, boolean begins) {
    Experiment known = before.experiments().get(key);
    return known == null ? null : new Stop(key, known.design().environment(), begins);
  }

  private static @Nullable Stop flag(Directory before, String key, boolean begins) {
    Flag known = before.flags().get(key);
    return known == null ? null : new Stop("flag/" + key, known.definition().environment(), begins);
  }

  private static boolean wasKilled(Directory before, String key) {
    Flag known = before.flags().get(key);
    return known != null && known.status() == Flag.Status.KILLED;
  }

  private static Stop environment(String key, boolean begins) {
    return new Stop("environment/" + key, key, begins);
  }
}
