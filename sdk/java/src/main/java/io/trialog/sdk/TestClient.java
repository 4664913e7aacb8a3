package io.trialog.sdk;

import io.trialog.sdk.core.Context;
import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.Flag;
import io.trialog.sdk.core.FlagDecision;
import io.trialog.sdk.core.Overrides;
import io.trialog.sdk.core.SlotRange;
import io.trialog.sdk.core.Snapshot;
import io.trialog.sdk.core.Variant;
import io.trialog.sdk.core.events.Exposure;
import io.trialog.sdk.core.events.Outcome;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * For an application's own tests: a client without a network, and what it has recorded. It answers
 * what the test says, by the evaluator of the real client: an experiment that was given a variant
 * assigns it to every context that has the unit, one that was killed answers control, one that was
 * not mentioned is unknown. Any thread.
 */
public final class TestClient implements Trialog {
  private static final String ENVIRONMENT = "test";
  private static final String CONTROL = "control";
  private static final String ON = "on";
  private static final int EVERY_SLOT = 10_000;
  private static final int MEMORY = 100_000;

  private final String unit;
  private final Map<String, Experiment> experiments = new LinkedHashMap<>();
  private final Map<String, Flag> flags = new LinkedHashMap<>();
  private final List<Exposure> exposures = new CopyOnWriteArrayList<>();
  private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final Recorder recorder;
  private volatile Snapshot current = Snapshot.of(ENVIRONMENT, 0, Instant.EPOCH, List.of());

  /** A client whose experiments randomise {@code user_id}. */
  public TestClient() {
    this("user_id");
  }

  /** A client whose experiments randomise another attribute. */
  public TestClient(String unit) {
    this.unit = unit;
    this.recorder =
        new Recorder(
            new Recorder.Marks(ENVIRONMENT, "", List.of(), Clock.systemUTC()),
            MEMORY,
            () -> current,
            new Kept());
  }

  /** From now on an experiment assigns this variant. */
  public TestClient assign(String experiment, String variant) {
    return put(experiment, variant, null, Experiment.Status.RUNNING);
  }

  /**
   * From now on an experiment assigns this variant with a payload.
   *
   * @param payload JSON text
   */
  public TestClient assign(String experiment, String variant, String payload) {
    return put(experiment, variant, payload, Experiment.Status.RUNNING);
  }

  /** From now on an experiment is killed. */
  public TestClient kill(String experiment) {
    return put(experiment, CONTROL, null, Experiment.Status.KILLED);
  }

  /** From now on a flag is true or false. */
  public TestClient setFlag(String flag, boolean value) {
    return setFlag(flag, Flag.Type.BOOLEAN, Boolean.toString(value));
  }

  /** From now on a flag has this number, which must be finite. */
  public TestClient setFlag(String flag, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("expected a finite number, found " + value);
    }
    return setFlag(flag, Flag.Type.NUMBER, Double.toString(value));
  }

  /** From now on a flag has a value of any type, given as JSON text. */
  public synchronized TestClient setFlag(String flag, Flag.Type type, String json) {
    flags.put(
        flag,
        Flag.builder(flag)
            .type(type)
            .enabled(true)
            .unit(unit)
            .off(ON)
            .variants(List.of(Flag.Value.of(ON, json)))
            .rollout(List.of(SlotRange.of(0, EVERY_SLOT, ON)))
            .build());
    return folded();
  }

  private synchronized TestClient put(
      String key, String variant, @Nullable String payload, Experiment.Status status) {
    List<Variant> variants = new ArrayList<>();
    if (!variant.equals(CONTROL)) {
      variants.add(Variant.of(CONTROL));
    }
    variants.add(Variant.of(variant, payload));
    experiments.put(
        key,
        Experiment.builder(key)
            .surface(ENVIRONMENT)
            .unit(unit)
            .control(CONTROL)
            .variants(variants)
            .allocation(List.of(SlotRange.of(0, EVERY_SLOT, variant)))
            .status(status)
            .build());
    return folded();
  }

  private TestClient folded() {
    current =
        Snapshot.builder(ENVIRONMENT, current.position() + 1, Instant.EPOCH)
            .experiments(List.copyOf(experiments.values()))
            .flags(List.copyOf(flags.values()))
            .build();
    return this;
  }

  /** Exposures so far, each subject once, as the collector would get them. */
  public List<Exposure> exposures() {
    return List.copyOf(exposures);
  }

  /** Outcomes so far. */
  public List<Outcome> outcomes() {
    return List.copyOf(outcomes);
  }

  /** What a real client would have told its listener: events that could not be made. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Forgets what was recorded; a subject that was exposed is not exposed again. */
  public TestClient forgetEvents() {
    exposures.clear();
    outcomes.clear();
    problems.clear();
    return this;
  }

  @Override
  public Decision evaluate(String experiment, Context context, String fallback) {
    return recorder.evaluate(experiment, context, fallback);
  }

  @Override
  public String variant(String experiment, Context context, String fallback) {
    return recorder.variant(experiment, context, fallback);
  }

  @Override
  public Decision peek(String experiment, Context context, String fallback) {
    return recorder.peek(experiment, context, fallback);
  }

  @Override
  public Map<String, Decision> evaluateAll(Context context) {
    return recorder.peekAll(context);
  }

  @Override
  public FlagDecision evaluateFlag(String flag, Context context, String fallback) {
    return recorder.flag(flag, context, fallback);
  }

  @Override
  public void track(Context context, String metric, double value) {
    recorder.track(context, metric, value);
  }

  @Override
  public void override(Overrides overrides) {
    recorder.override(overrides);
  }

  private final class Kept implements Recorder.Sink {
    @Override
    public boolean expose(Exposure exposure) {
      return exposures.add(exposure);
    }

    @Override
    public void record(Outcome outcome) {
      outcomes.add(outcome);
    }

    @Override
    public void unexposed(String why) {
      problems.add(why);
    }

    @Override
    public void unrecorded(String why) {
      problems.add(why);
    }
  }
}
