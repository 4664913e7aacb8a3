package io.trialog.receipts;

import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExperimentEvent.ExperimentKilled;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.log.RecordedEvent;
import io.trialog.snapshots.Directory;
import io.trialog.snapshots.EventReference;
import io.trialog.snapshots.Experiment;
import io.trialog.snapshots.Flag;
import io.trialog.snapshots.Positioned;
import io.trialog.snapshots.Projection;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kills of the log, in memory: at most {@value #LIMIT}, the newest win. Any thread may ask.
 *
 * <p>Must follow the log behind the directory that it is given, which tells it the environment of
 * what is killed.
 */
public final class Kills implements Projection {
  private static final int LIMIT = 10_000;

  private final Supplier<Directory> directory;
  private final NavigableMap<Long, Kill> kills = new ConcurrentSkipListMap<>();
  private volatile long position;

  public Kills(Supplier<Directory> directory) {
    this.directory = directory;
  }

  @Override
  public String name() {
    return "kills";
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void apply(List<Positioned> batch) {
    for (Positioned event : batch) {
      fold(event.recorded());
      position = event.position();
    }
  }

  private void fold(RecordedEvent recorded) {
    switch (recorded.event()) {
      case ExperimentKilled e ->
          begin(recorded, e.experiment(), environmentOfExperiment(e.experiment()));
      case ExperimentRevived e -> end(recorded, e.experiment());
      case FlagKilled e -> begin(recorded, Kill.flag(e.flag()), environmentOfFlag(e.flag()));
      case FlagEnabled e -> end(recorded, Kill.flag(e.flag()));
      case KillSwitchEngaged e ->
          begin(recorded, Kill.environment(e.environment()), e.environment());
      case KillSwitchReleased e -> end(recorded, Kill.environment(e.environment()));
      // All others stop nothing.
      default -> {}
    }
  }

  private @Nullable String environmentOfExperiment(String key) {
    Experiment known = directory.get().experiments().get(key);
    return known == null ? null : known.design().environment();
  }

  private @Nullable String environmentOfFlag(String key) {
    Flag known = directory.get().flags().get(key);
    return known == null ? null : known.definition().environment();
  }

  private void begin(RecordedEvent recorded, String key, @Nullable String environment) {
    if (environment == null) {
      return;
    }
    kills.put(recorded.position(), new Kill(key, environment, EventReference.to(recorded), null));
    if (kills.size() > LIMIT) {
      kills.pollFirstEntry();
    }
  }

  /** A flag that is enabled without having been killed ends nothing. */
  private void end(RecordedEvent recorded, String key) {
    kills.descendingMap().values().stream()
        .filter(kill -> kill.key().equals(key))
        .findFirst()
        .filter(kill -> kill.ended() == null)
        .ifPresent(kill -> kills.put(kill.position(), kill.endedBy(EventReference.to(recorded))));
  }

  /** Those of a key, the newest first, at most so many. */
  public List<Kill> of(String key, int most) {
    return kills.descendingMap().values().stream()
        .filter(kill -> kill.key().equals(key))
        .limit(most)
        .toList();
  }

  /** Those above a position, in order. */
  Collection<Kill> above(long after) {
    return Collections.unmodifiableCollection(kills.tailMap(after, false).values());
  }

  /** Forgets those before an instant. */
  void forgetBefore(Instant instant) {
    kills.values().removeIf(kill -> kill.event().time().isBefore(instant));
  }
}
