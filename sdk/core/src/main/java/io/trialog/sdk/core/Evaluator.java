package io.trialog.sdk.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which variant a subject sees (protocol clauses 5.1 and 9.8). A pure function of snapshot,
 * context and overrides, so the auditor's answer about the past is this very code. Any thread;
 * never throws, never blocks, reads no clock.
 */
public final class Evaluator {
  /** Answered when the caller itself hands over a null fallback. */
  private static final String LAST_RESORT = "control";

  private static final String LAST_VALUE = "null";

  private Evaluator() {}

  /** Evaluates without overrides. */
  public static Decision evaluate(
      @Nullable Snapshot snapshot, String experiment, Context context, String fallback) {
    return evaluate(snapshot, experiment, context, fallback, Overrides.none());
  }

  /**
   * The decision for one experiment.
   *
   * @param snapshot null as long as there is none: NOT_READY
   * @param fallback the variant to answer when the experiment is unknown; for a known one every
   *     answer that assigns nobody is the experiment's control
   * @return never null; ERROR with the fallback when an argument is null or something is broken
   */
  public static Decision evaluate(
      @Nullable Snapshot snapshot,
      String experiment,
      Context context,
      String fallback,
      Overrides overrides) {
    try {
      return decide(snapshot, experiment, context, fallback, overrides);
    } catch (RuntimeException e) {
      // Only null arguments and our own defects come here; the caller's page must still render.
      return Decision.fallback(
          snapshot, String.valueOf(experiment), orLastResort(fallback), Reason.ERROR);
    }
  }

  private static String orLastResort(@Nullable String fallback) {
    return fallback == null ? LAST_RESORT : fallback;
  }

  private static Decision decide(
      @Nullable Snapshot snapshot,
      String key,
      Context context,
      String fallback,
      Overrides overrides) {
    Objects.requireNonNull(fallback, "fallback");
    if (snapshot == null) {
      return Decision.fallback(null, key, fallback, Reason.NOT_READY);
    }
    Placed placed = snapshot.placed(key);
    if (placed == null) {
      return Decision.fallback(snapshot, key, fallback, Reason.UNKNOWN_EXPERIMENT);
    }
    return decide(snapshot, placed, context, overrides);
  }

  private static Decision decide(
      Snapshot snapshot, Placed placed, Context context, Overrides overrides) {
    Experiment experiment = placed.experiment;
    String unit = experiment.unitIn(context);
    String subject = unit == null ? null : context.subject(unit);
    int standing = Standing.of(snapshot, placed, context, overrides, subject);
    return Decision.of(
        snapshot,
        experiment,
        Standing.variant(standing, experiment, overrides, subject),
        Standing.reason(standing, experiment),
        unit,
        subject,
        Standing.slot(standing));
  }

  /** Only the variant to show, without overrides. */
  public static String variant(
      @Nullable Snapshot snapshot, String experiment, Context context, String fallback) {
    return variant(snapshot, experiment, context, fallback, Overrides.none());
  }

  /**
   * Only the variant to show: what {@link #evaluate} says, but nothing is allocated, and the reason
   * stays unknown. It makes no exposure; an experiment whose exposures are not recorded measures
   * nothing.
   *
   * @return never null; as in {@link #evaluate}
   */
  public static String variant(
      @Nullable Snapshot snapshot,
      String experiment,
      Context context,
      String fallback,
      Overrides overrides) {
    String variant = answer(snapshot, experiment, context, fallback, overrides, null);
    return variant == null ? orLastResort(fallback) : variant;
  }

  /**
   * The same for whoever records exposures: the variant, unless showing it is an exposure that is
   * not recorded yet. As the answer depends on the arguments only, {@link #evaluate} then says with
   * the same ones what to record.
   *
   * @param recorded asked only when the subject was assigned
   * @return null when the subject was assigned and the memory does not have it
   */
  public static @Nullable String variantIfRecorded(
      @Nullable Snapshot snapshot,
      String experiment,
      Context context,
      String fallback,
      Overrides overrides,
      ExposureMemory recorded) {
    return answer(snapshot, experiment, context, fallback, overrides, recorded);
  }

  private static @Nullable String answer(
      @Nullable Snapshot snapshot,
      String key,
      Context context,
      String fallback,
      Overrides overrides,
      @Nullable ExposureMemory recorded) {
    try {
      Placed placed = snapshot == null ? null : snapshot.placed(key);
      if (snapshot == null || placed == null || context == null || fallback == null) {
        return orLastResort(fallback);
      }
      Experiment experiment = placed.experiment;
      String subject = experiment.subjectIn(context);
      int standing = Standing.of(snapshot, placed, context, overrides, subject);
      Variant variant = Standing.variant(standing, experiment, overrides, subject);
      boolean isNew =
          recorded != null
              && subject != null
              && Standing.reason(standing, experiment) == Reason.ASSIGNED
              && !remembers(recorded, experiment, variant, context, subject);
      return isNew ? null : variant.key();
    } catch (RuntimeException e) {
      // As in evaluate.
      return orLastResort(fallback);
    }
  }

  private static boolean remembers(
      ExposureMemory recorded,
      Experiment experiment,
      Variant variant,
      Context context,
      String subject) {
    String unit = experiment.unitIn(context);
    return unit != null && recorded.remembers(experiment, variant.key(), unit, subject);
  }

  /**
   * The decisions for all experiments of a snapshot, sorted by key; none as long as there is no
   * snapshot.
   *
   * @return each as {@link #evaluate} gives it with control as the fallback; a list of the caller's
   *     own
   */
  public static List<Decision> evaluateAll(
      @Nullable Snapshot snapshot, Context context, Overrides overrides) {
    List<Decision> decisions = new ArrayList<>();
    if (snapshot != null) {
      for (Experiment each : snapshot.experiments()) {
        decisions.add(evaluate(snapshot, each.key(), context, each.control(), overrides));
      }
    }
    return decisions;
  }

  /**
   * The same decisions, told to a visitor one after the other, sorted by key; nothing is allocated.
   * What the visitor throws goes through to the caller.
   */
  public static void evaluateAll(
      @Nullable Snapshot snapshot, Context context, Overrides overrides, DecisionVisitor visitor) {
    if (snapshot != null) {
      for (Placed each : snapshot.placed()) {
        tell(snapshot, each, context, overrides, visitor);
      }
    }
  }

  private static void tell(
      Snapshot snapshot,
      Placed placed,
      Context context,
      Overrides overrides,
      DecisionVisitor visitor) {
    Experiment experiment = placed.experiment;
    int standing = Standing.ERROR;
    Variant variant = experiment.controlVariant();
    try {
      String subject = experiment.subjectIn(context);
      standing = Standing.of(snapshot, placed, context, overrides, subject);
      variant = Standing.variant(standing, experiment, overrides, subject);
    } catch (RuntimeException e) {
      // As in evaluate: control, and ERROR.
      standing = Standing.ERROR;
    }
    visitor.decided(
        experiment, variant, Standing.reason(standing, experiment), Standing.slot(standing));
  }

  /**
   * What a flag gives. The kill switch of the environment, holdouts and overrides are about
   * experiments: a flag has its own kill.
   *
   * @param snapshot null as long as there is none: NOT_READY
   * @param fallback JSON text to answer when the flag is unknown
   * @return never null; ERROR with the fallback when an argument is null or something is broken
   */
  public static FlagDecision evaluateFlag(
      @Nullable Snapshot snapshot, String key, Context context, String fallback) {
    try {
      Objects.requireNonNull(fallback, "fallback");
      if (snapshot == null) {
        return FlagDecision.fallback(null, key, fallback, FlagReason.NOT_READY);
      }
      Flag flag = snapshot.flag(key);
      return flag == null
          ? FlagDecision.fallback(snapshot, key, fallback, FlagReason.UNKNOWN_FLAG)
          : Flags.decide(snapshot, flag, Objects.requireNonNull(context, "context"));
    } catch (RuntimeException e) {
      // As in evaluate.
      String answer = fallback == null ? LAST_VALUE : fallback;
      return FlagDecision.fallback(snapshot, String.valueOf(key), answer, FlagReason.ERROR);
    }
  }
}
