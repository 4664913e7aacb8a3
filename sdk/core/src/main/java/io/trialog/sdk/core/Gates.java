package io.trialog.sdk.core;

import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a subject and its slot, but for unit and override (protocol clause 9.8), and
 * what prerequisites were given. Pure functions.
 *
 * <p>A prerequisite may have prerequisites, and two ways may lead to the same one, so the answers
 * are remembered within one evaluation: it asks each experiment and flag once at most. Each thread
 * has a map for that, which is empty between evaluations. An experiment without prerequisites pays
 * nothing for it.
 */
final class Gates {
  /** Remembered for what gave nothing. */
  private static final String NOTHING = "";

  /** A map that held more is not kept: it would be as long to empty ever after. */
  private static final int KEPT_ANSWERS = 100;

  // A subclass, because Android 7 has no ThreadLocal.withInitial.
  private static final ThreadLocal<Map<Object, String>> GIVEN =
      new ThreadLocal<>() {
        @Override
        protected Map<Object, String> initialValue() {
          return new IdentityHashMap<>();
        }
      };

  private Gates() {}

  /**
   * Why slots do not decide on an experiment, CONCLUDED included, or null when they do.
   *
   * @param given answers so far; null outside of a prerequisite
   */
  static @Nullable Reason closed(
      Snapshot snapshot, Placed placed, Context context, @Nullable Map<Object, String> given) {
    if (snapshot.killSwitch()) {
      return Reason.GLOBAL_KILL;
    }
    Experiment experiment = placed.experiment;
    Experiment.Status status = experiment.status();
    if (status == Experiment.Status.KILLED) {
      return Reason.KILLED;
    }
    if (status == Experiment.Status.PAUSED) {
      return Reason.NOT_RUNNING;
    }
    boolean concluded = status == Experiment.Status.CONCLUDED;
    if (concluded && snapshot.format() == 1) {
      return Reason.CONCLUDED;
    }
    if (!met(snapshot, placed.prerequisites, context, given)) {
      return Reason.PREREQUISITE_FAILED;
    }
    if (!experiment.targeting().admits(context)) {
      return Reason.NOT_TARGETED;
    }
    if (concluded) {
      return Reason.CONCLUDED;
    }
    if (placed.holdsOut(context)) {
      return Reason.HELD_OUT;
    }
    return placed.excludes(context) ? Reason.EXCLUDED : null;
  }

  /**
   * Whether all prerequisites are met.
   *
   * @param given answers so far; null outside of a prerequisite
   */
  static boolean met(
      Snapshot snapshot,
      Prerequisite[] prerequisites,
      Context context,
      @Nullable Map<Object, String> given) {
    if (prerequisites.length == 0) {
      return true;
    }
    if (given != null) {
      return areMet(snapshot, prerequisites, context, given);
    }
    Map<Object, String> answers = GIVEN.get();
    try {
      return areMet(snapshot, prerequisites, context, answers);
    } finally {
      forget(answers);
    }
  }

  private static void forget(Map<Object, String> answers) {
    if (answers.size() > KEPT_ANSWERS) {
      GIVEN.remove();
    } else {
      answers.clear();
    }
  }

  private static boolean areMet(
      Snapshot snapshot, Prerequisite[] prerequisites, Context context, Map<Object, String> given) {
    for (Prerequisite each : prerequisites) {
      boolean isFlag = each.kind() == Prerequisite.Kind.FLAG;
      Object asked = isFlag ? snapshot.flag(each.key()) : snapshot.placed(each.key());
      if (asked == null || !each.admits(given(snapshot, asked, context, given))) {
        return false;
      }
    }
    return true;
  }

  private static String given(
      Snapshot snapshot, Object asked, Context context, Map<Object, String> given) {
    String variant = given.get(asked);
    if (variant == null) {
      variant =
          asked instanceof Flag
              ? Flags.variant(snapshot, (Flag) asked, context, given)
              : assigned(snapshot, (Placed) asked, context, given);
      given.put(asked, variant);
    }
    return variant;
  }

  /** The variant of whom an experiment assigns, or has ended for; NOTHING for all others. */
  private static String assigned(
      Snapshot snapshot, Placed placed, Context context, Map<Object, String> given) {
    Experiment experiment = placed.experiment;
    String subject = experiment.subjectIn(context);
    if (subject == null) {
      return NOTHING;
    }
    Reason closed = closed(snapshot, placed, context, given);
    if (closed == Reason.CONCLUDED) {
      return experiment.winnerOrControl().key();
    }
    if (closed != null) {
      return NOTHING;
    }
    Variant owner = experiment.owner(experiment.slot(subject));
    return owner == null ? NOTHING : owner.key();
  }
}
