package io.trialog.sdk;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Evaluator;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Subjects;
import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.events.ExposureFilter;
import io.trialog.sdk.core.events.Outcome;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates, and records what follows from it (protocol clauses 6.2 to 6.4). Any thread; never
 * throws.
 */
final class Recorder {
  /** Where events go. */
  interface Sink {
    /** True when the exposure was taken. */
    boolean expose(Exposure exposure);

    void record(Outcome outcome);

    /** An exposure could not be made; it is not counted, because it may be made again. */
    void unexposed(String why);

    /** An outcome could not be made. */
    void unrecorded(String why);
  }

  /** What a recorder writes on events. */
  record Marks(String environment, String surface, List<String> segments, Clock clock) {}

  /** The unit of an outcome as long as no snapshot says which units experiments have. */
  private static final String DEFAULT_UNIT = "user_id";

  private final Marks marks;
  private final ExposureFilter filter;
  private final Supplier<@Nullable Snapshot> serving;
  private final Sink sink;
  private volatile Overrides overrides = Overrides.none();

  Recorder(Marks marks, int memory, Supplier<@Nullable Snapshot> serving, Sink sink) {
    this.marks = marks;
    this.filter = new ExposureFilter(memory);
    this.serving = serving;
    this.sink = sink;
  }

  void override(Overrides forced) {
    this.overrides = forced;
  }

  Decision evaluate(String experiment, Context context, String fallback) {
    return recorded(peek(experiment, context, fallback), context);
  }

  /** As {@link #evaluate}; allocates nothing unless an exposure is new. */
  String variant(String experiment, Context context, String fallback) {
    Snapshot snapshot = serving.get();
    Overrides forced = overrides;
    String variant =
        Evaluator.variantIfRecorded(snapshot, experiment, context, fallback, forced, filter);
    if (variant != null) {
      return variant;
    }
    Decision decision = Evaluator.evaluate(snapshot, experiment, context, fallback, forced);
    return recorded(decision, context).variant();
  }

  private Decision recorded(Decision decision, Context context) {
    try {
      if (filter.pass(decision)) {
        expose(decision, context);
      }
    } catch (RuntimeException e) {
      sink.unexposed("an exposure could not be recorded: " + e.getClass().getSimpleName());
    }
    return decision;
  }

  Decision peek(String experiment, Context context, String fallback) {
    return Evaluator.evaluate(serving.get(), experiment, context, fallback, overrides);
  }

  Map<String, Decision> peekAll(Context context) {
    Snapshot snapshot = serving.get();
    Map<String, Decision> decisions = new LinkedHashMap<>();
    for (Experiment each : snapshot == null ? List.<Experiment>of() : snapshot.experiments()) {
      decisions.put(
          each.key(), Evaluator.evaluate(snapshot, each.key(), context, each.control(), overrides));
    }
    return Collections.unmodifiableMap(decisions);
  }

  FlagDecision flag(String flag, Context context, String fallback) {
    return Evaluator.evaluateFlag(serving.get(), flag, context, fallback);
  }

  private void expose(Decision decision, Context context) {
    Map<String, String> segments = new LinkedHashMap<>();
    for (String name : marks.segments()) {
      String value = context.get(name);
      if (value != null) {
        segments.put(name, value);
      }
    }
    Instant now = marks.clock().instant();
    if (!sink.expose(Exposure.of(decision, now, marks.surface(), segments))) {
      filter.forget(decision);
    }
  }

  void track(Context context, String metric, double value) {
    try {
      for (String unit : units()) {
        record(unit, context.get(unit), metric, value);
      }
    } catch (RuntimeException e) {
      sink.unrecorded("an outcome could not be recorded: " + e.getClass().getSimpleName());
    }
  }

  private void record(String unit, @Nullable String subject, String metric, double value) {
    if (subject != null && !subject.isEmpty()) {
      String hashed = Subjects.hash(marks.environment(), unit, subject);
      sink.record(Outcome.of(hashed, metric, value, marks.clock().instant()));
    }
  }

  private Set<String> units() {
    Snapshot snapshot = serving.get();
    Set<String> units = new LinkedHashSet<>();
    for (Experiment each : snapshot == null ? List.<Experiment>of() : snapshot.experiments()) {
      units.add(each.unit());
      each.fallbackUnit().ifPresent(units::add);
    }
    return units.isEmpty() ? Set.of(DEFAULT_UNIT) : units;
  }
}
