package io.trialog.sdk.core;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to assign, for one environment at one position of the log. Immutable; any
 * thread. Read by {@link SnapshotReader}, written by {@link SnapshotWriter}.
 */
public final class Snapshot {
  /** The format this class knows. */
  public static final int FORMAT = 1;

  /** Most experiments of a snapshot. */
  public static final int MAX_EXPERIMENTS = 10_000;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private final String environment;
  private final long position;
  private final Instant time;
  private final List<Experiment> experiments;
  private final Map<String, Experiment> byKey = new HashMap<>();

  private Snapshot(String environment, long position, Instant time, List<Experiment> experiments) {
    this.environment = environment;
    this.position = position;
    this.time = time;
    this.experiments = experiments;
    for (Experiment experiment : experiments) {
      if (byKey.put(experiment.key(), experiment) != null) {
        throw new IllegalArgumentException("experiment " + experiment.key() + " stands twice");
      }
    }
  }

  /**
   * A snapshot.
   *
   * @param position of the last event folded, 0 to 2^53-1
   * @param time of that event, years 0 to 9999; cut to milliseconds
   * @param experiments in any order; sorted here by key
   * @throws IllegalArgumentException naming what breaks a rule of protocol clause 3.4
   */
  public static Snapshot of(
      String environment, long position, Instant time, List<Experiment> experiments) {
    if (position < 0 || position >= 1L << 53) {
      throw new IllegalArgumentException("expected a position of 0 to 2^53-1, found " + position);
    }
    Instant cut = time.truncatedTo(ChronoUnit.MILLIS);
    if (cut.isBefore(Instant.EPOCH) || cut.isAfter(LATEST)) {
      throw new IllegalArgumentException("expected a time of 1970 to 9999, found " + time);
    }
    List<Experiment> sorted =
        new ArrayList<>(Keys.atMost("experiments", experiments, MAX_EXPERIMENTS));
    sorted.sort(Comparator.comparing(Experiment::key));
    return new Snapshot(
        Keys.environment(environment), position, cut, Collections.unmodifiableList(sorted));
  }

  public String environment() {
    return environment;
  }

  /** The version of the snapshot: position of the last event folded. */
  public long position() {
    return position;
  }

  /** Time of that event, in milliseconds. */
  public Instant time() {
    return time;
  }

  /** Sorted by key, unmodifiable. */
  public List<Experiment> experiments() {
    return experiments;
  }

  /** The experiment of a key, or null. */
  public @Nullable Experiment experiment(String key) {
    return byKey.get(key);
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Snapshot)) {
      return false;
    }
    Snapshot that = (Snapshot) other;
    return environment.equals(that.environment)
        && position == that.position
        && time.equals(that.time)
        && experiments.equals(that.experiments);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + environment.hashCode();
  }

  @Override
  public String toString() {
    return environment + "@" + position + " with " + experiments.size() + " experiments";
  }
}
