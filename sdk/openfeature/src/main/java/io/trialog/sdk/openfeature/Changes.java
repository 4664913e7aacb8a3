package io.trialog.sdk.openfeature;

import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.Snapshot;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/** What another snapshot may answer otherwise. */
final class Changes {
  private Changes() {}

  /**
   * Keys of flags and experiments that came, went or differ, sorted. When what stands above
   * experiments differs (kill switch, holdouts, exclusion sets), all experiments.
   */
  static List<String> between(Snapshot before, Snapshot after) {
    TreeSet<String> keys = new TreeSet<>();
    boolean frame =
        before.killSwitch() != after.killSwitch()
            || !before.holdouts().equals(after.holdouts())
            || !before.exclusionSets().equals(after.exclusionSets());
    for (Snapshot one : List.of(before, after)) {
      for (Experiment each : one.experiments()) {
        String key = each.key();
        if (frame || !Objects.equals(before.experiment(key), after.experiment(key))) {
          keys.add(key);
        }
      }
      for (Flag each : one.flags()) {
        if (!Objects.equals(before.flag(each.key()), after.flag(each.key()))) {
          keys.add(each.key());
        }
      }
    }
    return List.copyOf(keys);
  }
}
