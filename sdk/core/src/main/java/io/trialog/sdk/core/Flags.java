package io.trialog.sdk.core;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a flag gives (protocol clause 9.13). Pure functions. */
final class Flags {
  private static final int DEFAULT = -1;

  private Flags() {}

  static FlagDecision decide(Snapshot snapshot, Flag flag, Context context) {
    FlagReason closed = closed(snapshot, flag, context, null);
    if (closed != null) {
      return FlagDecision.off(snapshot, flag, closed, DEFAULT);
    }
    int rule = flag.match(context);
    Flag.Value only = flag.only(rule);
    if (only != null) {
      return FlagDecision.of(snapshot, flag, only, rule, HashSpace.NO_SLOT);
    }
    int slot = flag.slot(context);
    return slot == HashSpace.NO_SLOT
        ? FlagDecision.off(snapshot, flag, FlagReason.UNIT_MISSING, rule)
        : FlagDecision.of(snapshot, flag, flag.owner(rule, slot), rule, slot);
  }

  /** The variant alone, for a prerequisite. */
  static String variant(
      Snapshot snapshot, Flag flag, Context context, @Nullable Map<Object, String> given) {
    if (closed(snapshot, flag, context, given) != null) {
      return flag.off();
    }
    int rule = flag.match(context);
    Flag.Value only = flag.only(rule);
    if (only != null) {
      return only.key();
    }
    int slot = flag.slot(context);
    return slot == HashSpace.NO_SLOT ? flag.off() : flag.owner(rule, slot).key();
  }

  private static @Nullable FlagReason closed(
      Snapshot snapshot, Flag flag, Context context, @Nullable Map<Object, String> given) {
    if (flag.killed()) {
      return FlagReason.KILLED;
    }
    if (!flag.enabled()) {
      return FlagReason.DISABLED;
    }
    return Gates.met(snapshot, flag.asked(), context, given)
        ? null
        : FlagReason.PREREQUISITE_FAILED;
  }
}
