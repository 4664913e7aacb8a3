package io.trialog.command.desired;

import io.trialog.language.Design;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.FlagDefinition;
import io.trialog.language.Streams;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Flags and experiments of a file, each after those of the file that it needs; otherwise as they
 * stand there, flags first. A circle comes out in some order, and the check of references refuses
 * it.
 */
final class InOrder {
  private final Map<String, Object> things = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Object> sorted = new ArrayList<>();

  private InOrder() {}

  static List<Object> of(List<FlagDefinition> flags, List<Design> experiments) {
    InOrder order = new InOrder();
    flags.forEach(flag -> order.things.put(Planner.stream(flag), flag));
    experiments.forEach(design -> order.things.put(Planner.stream(design), design));
    order.things.keySet().forEach(order::visit);
    return order.sorted;
  }

  /** As deep as a file is long, which is a few thousand at most. */
  private void visit(String stream) {
    Object thing = things.get(stream);
    if (thing == null || !seen.add(stream)) {
      return;
    }
    for (Prerequisite needed : prerequisites(thing)) {
      visit(stream(needed));
    }
    sorted.add(thing);
  }

  private static List<Prerequisite> prerequisites(Object thing) {
    return thing instanceof FlagDefinition flag
        ? flag.prerequisites()
        : ((Design) thing).prerequisites();
  }

  private static String stream(Prerequisite needed) {
    return switch (needed.kind()) {
      case FLAG -> Streams.flag(needed.key());
      case EXPERIMENT -> Streams.experiment(needed.key());
    };
  }
}
