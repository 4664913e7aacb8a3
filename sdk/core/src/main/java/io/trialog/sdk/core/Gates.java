package io.trialog.sdk.core;

import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands between a subject and its slot, but for unit and override (protocol clause 9.8), and
 * what prerequisites were given. Pure functions.
 *
 * <p>A prerequisite may have prerequisites, and two ways may lead to the same one, so the answers
 * of those are remembered within one evaluation: it asks each experiment and flag once at most. An
 * experiment without prerequisites, or whose own have none, pays nothing for that.
 */
final class Gates {
  /** Remembered for what gave nothing. */
  private static final String NOTHING = "";

  private Gates() {}

  /**
   * Why slots do not decide on an experiment, CONCLUDED included, or null when they do.
   *
   * @param given answers so far; null before there is one that is worth remembering
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

  /** Whether all prerequisites are met. */
  static boolean met(
      Snapshot snapshot,
      Prerequisite[] prerequisites,
      Context context,
      @Nullable Map<Object, String> given) {
    Map<Object, String> known = given;
    for (Prerequisite each : prerequisites) {
      String variant;
      if (each.kind() == Prerequisite.Kind.FLAG) {
        Flag flag = snapshot.flag(each.key());
        if (flag == null) {
          return false;
        }
        known = known == null && flag.asks() ? new IdentityHashMap<>() : known;
        variant = given(snapshot, flag, context, known);
      } else {
        Placed placed = snapshot.placed(each.key());
        if (placed == null) {
          return false;
        }
        known = known == null && placed.prerequisites.length > 0 ? new IdentityHashMap<>() : known;
        variant = given(snapshot, placed, context, known);
      }
      if (!each.admits(variant)) {
        return false;
      }
    }
    return true;
  }

  private static String given(
      Snapshot snapshot, Flag flag, Context context, @Nullable Map<Object, String> given) {
    String known = given == null ? null : given.get(flag);
    if (known != null) {
      return known;
    }
    String variant = Flags.variant(snapshot, flag, context, given);
    if (given != null) {
      given.put(flag, variant);
    }
    return variant;
  }

  private static String given(
      Snapshot snapshot, Placed placed, Context context, @Nullable Map<Object, String> given) {
    String known = given == null ? null : given.get(placed);
    if (known != null) {
      return known;
    }
    String variant = assigned(snapshot, placed, context, given);
    if (given != null) {
      given.put(placed, variant);
    }
    return variant;
  }

  /** The variant of whom an experiment assigns, or has ended for; NOTHING for all others. */
  private static String assigned(
      Snapshot snapshot, Placed placed, Context context, @Nullable Map<Object, String> given) {
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
