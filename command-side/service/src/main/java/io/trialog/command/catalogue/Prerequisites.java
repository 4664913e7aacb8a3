package io.trialog.command.catalogue;

import io.trialog.language.CatalogueRefusal.ReferenceMustMatch;
import io.trialog.language.Design;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagRefusal.PrerequisiteVariantUnknown;
import io.trialog.language.FlagRefusal.PrerequisitesMustEnd;
import io.trialog.language.FlagRefusal.PrerequisitesTooDeep;
import io.trialog.language.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks from one thing to what it needs, and on, at most {@value #MOST} steps deep: all must exist
 * in the same environment, have the variants that are named, and never lead back.
 */
final class Prerequisites {
  static final int MOST = 10;

  private final Catalogue catalogue;

  Prerequisites(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /** What is needed of a thing that is needed itself. */
  private record Thing(String environment, List<String> variants, List<Prerequisite> needs) {
    static Thing of(Design design) {
      return new Thing(design.environment(), design.variantKeys(), design.prerequisites());
    }

    static Thing of(FlagDefinition flag) {
      return new Thing(flag.environment(), flag.variantKeys(), flag.prerequisites());
    }
  }

  void check(
      Prerequisite.Kind kind, String key, String environment, List<Prerequisite> prerequisites) {
    List<String> path = new ArrayList<>();
    path.add(name(kind, key));
    new Walk(environment).height(prerequisites, path);
  }

  private static String name(Prerequisite.Kind kind, String key) {
    return kind.word() + " " + key;
  }

  private Thing find(Prerequisite needed) {
    Optional<Thing> found =
        switch (needed.kind()) {
          case FLAG -> catalogue.flag(needed.key()).map(Thing::of);
          case EXPERIMENT -> catalogue.design(needed.key()).map(Thing::of);
        };
    return found.orElseThrow(() -> References.unknown("prerequisites.key", needed.key()));
  }

  /** One walk; each thing is read once, with how deep it goes on from there. */
  private final class Walk {
    private final String environment;
    private final Map<String, Thing> things = new HashMap<>();
    private final Map<String, Integer> heights = new HashMap<>();

    Walk(String environment) {
      this.environment = environment;
    }

    int height(List<Prerequisite> needs, List<String> path) {
      int height = 0;
      for (Prerequisite needed : needs) {
        height = Math.max(height, 1 + height(needed, path));
      }
      return height;
    }

    private int height(Prerequisite needed, List<String> path) {
      String name = name(needed.kind(), needed.key());
      path.add(name);
      mustEnd(path, name);
      Thing thing = things.computeIfAbsent(name, first -> find(needed));
      if (path.size() == 2) {
        mustFit(needed, thing);
      }
      Integer known = heights.get(name);
      mustBeShallow(path, known == null ? 0 : known);
      int height = known == null ? height(thing.needs(), path) : known;
      heights.put(name, height);
      path.removeLast();
      return height;
    }

    /** What others need was looked at when they were written. */
    private void mustFit(Prerequisite needed, Thing thing) {
      if (!thing.environment().equals(environment)) {
        throw new Refused(
            new ReferenceMustMatch(
                needed.kind().word(),
                needed.key(),
                "environment",
                environment,
                thing.environment()));
      }
      for (String variant : needed.variants()) {
        if (!thing.variants().contains(variant)) {
          throw new Refused(
              new PrerequisiteVariantUnknown(needed.kind().word(), needed.key(), variant));
        }
      }
    }

    private static void mustEnd(List<String> path, String name) {
      int first = path.indexOf(name);
      if (first < path.size() - 1) {
        throw new Refused(new PrerequisitesMustEnd(path.subList(first, path.size())));
      }
    }

    private static void mustBeShallow(List<String> path, int further) {
      if (path.size() - 1 + further > MOST) {
        throw new Refused(new PrerequisitesTooDeep(path, MOST));
      }
    }
  }
}
