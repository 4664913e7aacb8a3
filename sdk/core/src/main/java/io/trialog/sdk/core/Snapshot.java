package io.trialog.sdk.core;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to assign, for one environment at one position of the log. Immutable; any
 * thread; made by {@link #builder}. Read by {@link SnapshotReader}, written by {@link
 * SnapshotWriter}.
 */
public final class Snapshot {
  /** The newest format, which is written unless another is asked for. */
  public static final int FORMAT = 2;

  /** Most experiments of a snapshot; most flags, holdouts and exclusion sets too. */
  public static final int MAX_EXPERIMENTS = 10_000;

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private final int format;
  private final String environment;
  private final long position;
  private final Instant time;
  private final boolean killSwitch;
  private final List<Experiment> experiments;
  private final List<Flag> flags;
  private final List<Holdout> holdouts;
  private final List<ExclusionSet> exclusionSets;

  // Derived, for the evaluator.
  private final Map<String, Placed> byKey = new HashMap<>();
  private final Placed[] placed;
  private final Map<String, Flag> flagsByKey;

  private Snapshot(Builder b) {
    format = b.format;
    environment = Keys.environment(b.environment);
    position = b.position;
    time = b.time.truncatedTo(ChronoUnit.MILLIS);
    if (position < 0 || position >= 1L << 53) {
      throw new IllegalArgumentException("expected a position of 0 to 2^53-1, found " + position);
    }
    if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
      throw new IllegalArgumentException("expected a time of 1970 to 9999, found " + b.time);
    }
    killSwitch = b.killSwitch;
    experiments = sorted("experiments", b.experiments, MAX_EXPERIMENTS, Experiment::key);
    flags = sorted("flags", b.flags, MAX_EXPERIMENTS, Flag::key);
    holdouts = sorted("holdouts", b.holdouts, MAX_EXPERIMENTS, Holdout::key);
    exclusionSets = sorted("exclusion sets", b.exclusionSets, MAX_EXPERIMENTS, ExclusionSet::key);
    flagsByKey = index("flag", flags, Flag::key);
    index("holdout", holdouts, Holdout::key);
    Map<String, ExclusionSet> sets = index("exclusion set", exclusionSets, ExclusionSet::key);
    index("experiment", experiments, Experiment::key);
    checkFormat();
    checkPrerequisites();
    placed = new Placed[experiments.size()];
    for (int i = 0; i < placed.length; i++) {
      placed[i] = new Placed(experiments.get(i), holdouts, sets);
      byKey.put(experiments.get(i).key(), placed[i]);
    }
  }

  private static <T> List<T> sorted(String what, List<T> list, int limit, Function<T, String> key) {
    List<T> sorted = new ArrayList<>(Keys.atMost(what, list, limit));
    sorted.sort(Comparator.comparing(key));
    return Collections.unmodifiableList(sorted);
  }

  private static <T> Map<String, T> index(String what, List<T> list, Function<T, String> key) {
    Map<String, T> index = new HashMap<>();
    for (T element : list) {
      if (index.put(key.apply(element), element) != null) {
        throw new IllegalArgumentException(what + " " + key.apply(element) + " stands twice");
      }
    }
    return index;
  }

  private void checkPrerequisites() {
    PrerequisiteGraph graph = new PrerequisiteGraph();
    for (Experiment each : experiments) {
      graph.add(Prerequisite.Kind.EXPERIMENT, each.key(), each.prerequisites());
    }
    for (Flag each : flags) {
      graph.add(Prerequisite.Kind.FLAG, each.key(), each.prerequisites());
    }
    graph.check();
  }

  private void checkFormat() {
    for (Experiment experiment : experiments) {
      String what = "targeting of " + experiment.key();
      if (format == 1) {
        experiment.targeting().worded(what);
      } else {
        experiment.targeting().typed(what);
      }
    }
    boolean more = killSwitch || !flags.isEmpty() || !holdouts.isEmpty();
    if (format == 1 && (more || !exclusionSets.isEmpty())) {
      throw new IllegalArgumentException("format 1 has experiments only");
    }
  }

  /**
   * A snapshot of experiments only, in the newest format.
   *
   * @param position of the last event folded, 0 to 2^53-1
   * @param time of that event, years 1970 to 9999; cut to milliseconds
   * @param experiments in any order; sorted here by key
   * @throws IllegalArgumentException naming what breaks a rule of protocol clause 3.4 or 9.3
   */
  public static Snapshot of(
      String environment, long position, Instant time, List<Experiment> experiments) {
    return builder(environment, position, time).experiments(experiments).build();
  }

  /** A builder in the newest format, with nothing in it; the arguments are those of {@link #of}. */
  public static Builder builder(String environment, long position, Instant time) {
    return new Builder(environment, position, time);
  }

  /** 1 or 2: which rules apply, and how it is written. */
  public int format() {
    return format;
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

  /** Whether every experiment of the environment is stopped. */
  public boolean killSwitch() {
    return killSwitch;
  }

  /** Sorted by key, unmodifiable. */
  public List<Experiment> experiments() {
    return experiments;
  }

  /** Sorted by key, unmodifiable. */
  public List<Flag> flags() {
    return flags;
  }

  /** Sorted by key, unmodifiable. */
  public List<Holdout> holdouts() {
    return holdouts;
  }

  /** Sorted by key, unmodifiable. */
  public List<ExclusionSet> exclusionSets() {
    return exclusionSets;
  }

  /** The experiment of a key, or null. */
  public @Nullable Experiment experiment(String key) {
    Placed placed = byKey.get(key);
    return placed == null ? null : placed.experiment;
  }

  /** The flag of a key, or null. */
  public @Nullable Flag flag(String key) {
    return flagsByKey.get(key);
  }

  @Nullable Placed placed(String key) {
    return byKey.get(key);
  }

  /** All, sorted by key; not to be changed. */
  Placed[] placed() {
    return placed;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Snapshot)) {
      return false;
    }
    Snapshot that = (Snapshot) other;
    return format == that.format
        && environment.equals(that.environment)
        && position == that.position
        && time.equals(that.time)
        && killSwitch == that.killSwitch
        && experiments.equals(that.experiments)
        && flags.equals(that.flags)
        && holdouts.equals(that.holdouts)
        && exclusionSets.equals(that.exclusionSets);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(position) * 31 + environment.hashCode();
  }

  @Override
  public String toString() {
    return environment + "@" + position + " with " + experiments.size() + " experiments";
  }

  /** Collects a snapshot's parts, in any order; not for several threads. */
  public static final class Builder {
    private final String environment;
    private final long position;
    private final Instant time;
    private int format = FORMAT;
    private boolean killSwitch;
    private List<Experiment> experiments = List.of();
    private List<Flag> flags = List.of();
    private List<Holdout> holdouts = List.of();
    private List<ExclusionSet> exclusionSets = List.of();

    private Builder(String environment, long position, Instant time) {
      this.environment = environment;
      this.position = position;
      this.time = time;
    }

    /** 1 or 2; 2 unless set. Format 1 has experiments only, with conditions of format 1. */
    public Builder format(int format) {
      if (format < 1 || format > FORMAT) {
        throw new IllegalArgumentException("expected format 1 or 2, found " + format);
      }
      this.format = format;
      return this;
    }

    public Builder killSwitch(boolean killSwitch) {
      this.killSwitch = killSwitch;
      return this;
    }

    public Builder experiments(List<Experiment> experiments) {
      this.experiments = List.copyOf(experiments);
      return this;
    }

    public Builder flags(List<Flag> flags) {
      this.flags = List.copyOf(flags);
      return this;
    }

    public Builder holdouts(List<Holdout> holdouts) {
      this.holdouts = List.copyOf(holdouts);
      return this;
    }

    public Builder exclusionSets(List<ExclusionSet> exclusionSets) {
      this.exclusionSets = List.copyOf(exclusionSets);
      return this;
    }

    /**
     * The snapshot.
     *
     * @throws IllegalArgumentException naming what breaks a rule of protocol clause 3.4 or 9.3
     */
    public Snapshot build() {
      return new Snapshot(this);
    }
  }
}
