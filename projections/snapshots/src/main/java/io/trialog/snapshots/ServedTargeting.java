package io.trialog.snapshots;

import io.trialog.language.Targeting;
import io.trialog.language.Targeting.All;
import io.trialog.language.Targeting.Any;
import io.trialog.language.Targeting.Not;
import io.trialog.sdk.core.targeting.Condition;
import java.util.ArrayList;
import java.util.List;

/**
 * Targeting as the SDK evaluates it. Total: whatever the language can say, a snapshot can carry.
 * Joints of nothing are folded away, so that the size of what is served follows from the number of
 * conditions, which the language bounds. Pure functions.
 */
final class ServedTargeting {
  private static final Targeting NOBODY = new Any(List.of());

  private ServedTargeting() {}

  static io.trialog.sdk.core.targeting.Targeting of(Targeting targeting) {
    return translated(folded(targeting));
  }

  private static io.trialog.sdk.core.targeting.Targeting translated(Targeting targeting) {
    return switch (targeting) {
      case All all -> io.trialog.sdk.core.targeting.Targeting.all(translated(all.parts()));
      case Any any -> io.trialog.sdk.core.targeting.Targeting.any(translated(any.parts()));
      case Not not -> io.trialog.sdk.core.targeting.Targeting.not(translated(not.part()));
      case Targeting.Condition condition ->
          Condition.of(
              condition.attribute(),
              Condition.Type.of(condition.type().word()),
              Condition.Operator.of(condition.operator().word()),
              condition.values().stream().map(Served::wellFormed).toList());
    };
  }

  private static List<io.trialog.sdk.core.targeting.Targeting> translated(List<Targeting> parts) {
    return parts.stream().map(ServedTargeting::translated).toList();
  }

  /** The same without parts that always or never hold, unless that is all there is. */
  private static Targeting folded(Targeting targeting) {
    return switch (targeting) {
      case All all -> joined(all.parts(), Targeting.EVERYBODY, NOBODY);
      case Any any -> joined(any.parts(), NOBODY, Targeting.EVERYBODY);
      case Not not -> negated(folded(not.part()));
      case Targeting.Condition condition -> condition;
    };
  }

  private static Targeting joined(List<Targeting> parts, Targeting neutral, Targeting deciding) {
    List<Targeting> kept = new ArrayList<>();
    for (Targeting part : parts) {
      Targeting folded = folded(part);
      if (folded.equals(deciding)) {
        return deciding;
      }
      if (!folded.equals(neutral)) {
        kept.add(folded);
      }
    }
    return neutral instanceof All ? new All(kept) : new Any(kept);
  }

  private static Targeting negated(Targeting folded) {
    if (folded.equals(NOBODY)) {
      return Targeting.EVERYBODY;
    }
    return folded.equals(Targeting.EVERYBODY) ? NOBODY : new Not(folded);
  }
}
