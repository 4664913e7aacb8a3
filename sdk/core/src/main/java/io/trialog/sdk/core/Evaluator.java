package io.trialog.sdk.core;

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
    Experiment experiment = placed.experiment;
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
    return bySlot(snapshot, placed, context, unit, subject);
  }

  private static Decision bySlot(
      Snapshot snapshot, Placed placed, Context context, String unit, String subject) {
    Experiment experiment = placed.experiment;
    Reason closed = Gates.closed(snapshot, placed, context, null);
    if (closed != null) {
      Variant answer =
          closed == Reason.CONCLUDED ? experiment.winnerOrControl() : experiment.controlVariant();
      return Decision.of(snapshot, experiment, answer, closed, unit, subject);
    }
    // The experiment's own hash comes last: the steps before it are cheaper.
    int slot = experiment.slot(subject);
    Variant owner = experiment.owner(slot);
    Variant answer = owner == null ? experiment.controlVariant() : owner;
    Reason reason = owner == null ? Reason.NOT_ENROLLED : Reason.ASSIGNED;
    return Decision.of(snapshot, experiment, answer, reason, unit, subject, slot);
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
