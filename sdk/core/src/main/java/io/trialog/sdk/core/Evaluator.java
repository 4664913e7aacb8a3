package io.trialog.sdk.core;

import org.jspecify.annotations.Nullable;

/**
 * Decides which variant a subject sees (protocol clause 5.1). A pure function of snapshot, context
 * and overrides, so the auditor's answer about the past is this very code. Any thread; never
 * throws, never blocks, reads no clock.
 */
public final class Evaluator {
  /** Answered when the caller itself hands over a null fallback. */
  private static final String LAST_RESORT = "control";

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
    java.util.Objects.requireNonNull(fallback, "fallback");
    if (snapshot == null) {
      return Decision.fallback(null, key, fallback, Reason.NOT_READY);
    }
    Experiment experiment = snapshot.experiment(key);
    if (experiment == null) {
      return Decision.fallback(snapshot, key, fallback, Reason.UNKNOWN_EXPERIMENT);
    }
    String unit = experiment.unit();
    String subject = context.subject(unit);
    String second = experiment.fallbackUnitOrNull();
    if (subject == null && second != null) {
      unit = second;
      subject = context.subject(unit);
    }
    if (subject == null) {
      return Decision.of(
          snapshot, experiment, experiment.controlVariant(), Reason.UNIT_MISSING, null, null);
    }
    Variant forced = overrides.find(experiment, subject);
    if (forced != null) {
      return Decision.of(snapshot, experiment, forced, Reason.OVERRIDE, unit, subject);
    }
    return bySlot(snapshot, experiment, context, unit, subject);
  }

  private static Decision bySlot(
      Snapshot snapshot, Experiment experiment, Context context, String unit, String subject) {
    Reason closed = closed(experiment, context);
    if (closed != null) {
      Variant answer =
          closed == Reason.CONCLUDED ? experiment.winnerOrControl() : experiment.controlVariant();
      return Decision.of(snapshot, experiment, answer, closed, unit, subject);
    }
    // The hash comes last: it is the only step that costs more than a few nanoseconds.
    int slot = experiment.slot(subject);
    Variant owner = experiment.owner(slot);
    return owner == null
        ? Decision.of(
            snapshot,
            experiment,
            experiment.controlVariant(),
            Reason.NOT_ENROLLED,
            unit,
            subject,
            slot)
        : Decision.of(snapshot, experiment, owner, Reason.ASSIGNED, unit, subject, slot);
  }

  /** Why the experiment is closed to this context, or null when slots decide. */
  private static @Nullable Reason closed(Experiment experiment, Context context) {
    switch (experiment.status()) {
      case KILLED:
        return Reason.KILLED;
      case CONCLUDED:
        return Reason.CONCLUDED;
      case PAUSED:
        return Reason.NOT_RUNNING;
      case RUNNING:
        return targeted(experiment, context) ? null : Reason.NOT_TARGETED;
    }
    throw new IllegalStateException("unknown status " + experiment.status());
  }

  private static boolean targeted(Experiment experiment, Context context) {
    for (Condition condition : experiment.targeting()) {
      if (!condition.admits(context.get(condition.attribute()))) {
        return false;
      }
    }
    return true;
  }
}
