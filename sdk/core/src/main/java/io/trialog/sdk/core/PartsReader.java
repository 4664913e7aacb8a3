package io.trialog.sdk.core;

import io.trialog.sdk.core.json.Member;
import io.trialog.sdk.core.targeting.Condition;
import io.trialog.sdk.core.targeting.Targeting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The parts of a snapshot from their JSON. Pure functions; what breaks a rule is an illegal
 * argument.
 */
final class PartsReader {
  private static final Set<String> FORMAT_1 =
      Set.of(
          "allocation",
          "control",
          "epoch",
          "fallback_unit",
          "key",
          "salt",
          "status",
          "surface",
          "targeting",
          "unit",
          "variants",
          "winner");
  private static final Set<String> FORMAT_2 = withMore();

  private PartsReader() {}

  private static Set<String> withMore() {
    Set<String> members = new HashSet<>(FORMAT_1);
    members.addAll(Set.of("exclusion_sets", "namespace", "prerequisites"));
    return members;
  }

  /** An experiment of format 1. */
  static Experiment firstExperiment(Member tree) {
    tree.only(FORMAT_1);
    return common(tree).targeting(Targeting.all(conditions(tree.get("targeting")))).build();
  }

  /** An experiment of format 2. */
  static Experiment experiment(Member tree) {
    tree.only(FORMAT_2);
    return common(tree)
        .namespace(tree.get("namespace").text())
        .targeting(Targeting.read("targeting", tree.get("targeting")))
        .prerequisites(prerequisites(tree.get("prerequisites")))
        .reservations(reservations(tree.get("exclusion_sets")))
        .build();
  }

  private static Experiment.Builder common(Member tree) {
    Experiment.Builder builder =
        Experiment.builder(tree.get("key").text())
            .salt(tree.get("salt").text())
            .surface(tree.get("surface").text())
            .unit(tree.get("unit").text())
            .status(Experiment.Status.of(tree.get("status").text()))
            .epoch(tree.get("epoch").small())
            .control(tree.get("control").text())
            .variants(variants(tree.get("variants")))
            .allocation(ranges(tree.get("allocation")));
    if (tree.has("fallback_unit")) {
      builder.fallbackUnit(tree.get("fallback_unit").text());
    }
    if (tree.has("winner")) {
      builder.winner(tree.get("winner").text());
    }
    return builder;
  }

  private static List<Variant> variants(Member tree) {
    List<Variant> variants = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("key", "payload"));
      String key = element.get("key").text();
      variants.add(Variant.of(key, element.has("payload") ? element.get("payload").text() : null));
    }
    return variants;
  }

  private static List<Condition> conditions(Member tree) {
    List<Condition> conditions = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("attribute", "operator", "values"));
      Condition.Operator operator = Condition.Operator.of(element.get("operator").text());
      conditions.add(
          Condition.worded(
              element.get("attribute").text(), operator, texts(element.get("values"))));
    }
    if (conditions.size() > Experiment.MAX_PARTS) {
      throw new IllegalArgumentException(
          "expected at most " + Experiment.MAX_PARTS + " conditions, found " + conditions.size());
    }
    return conditions;
  }

  private static List<String> texts(Member tree) {
    List<String> texts = new ArrayList<>();
    for (Member element : tree.elements()) {
      texts.add(element.text());
    }
    return texts;
  }

  private static List<SlotRange> ranges(Member tree) {
    List<SlotRange> ranges = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("from", "to", "variant"));
      ranges.add(
          SlotRange.of(
              element.get("from").small(),
              element.get("to").small(),
              element.get("variant").text()));
    }
    return ranges;
  }

  private static List<Prerequisite> prerequisites(Member tree) {
    List<Prerequisite> prerequisites = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("key", "kind", "variants"));
      prerequisites.add(
          Prerequisite.of(
              Prerequisite.Kind.of(element.get("kind").text()),
              element.get("key").text(),
              texts(element.get("variants"))));
    }
    return prerequisites;
  }

  private static List<ExclusionSet.Reservation> reservations(Member tree) {
    List<ExclusionSet.Reservation> reservations = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("ranges", "set"));
      List<Member> ranges = element.get("ranges").elements();
      int[] bounds = new int[2 * ranges.size()];
      for (int i = 0; i < ranges.size(); i++) {
        ranges.get(i).only(Set.of("from", "to"));
        bounds[2 * i] = ranges.get(i).get("from").small();
        bounds[2 * i + 1] = ranges.get(i).get("to").small();
      }
      reservations.add(ExclusionSet.Reservation.of(element.get("set").text(), bounds));
    }
    return reservations;
  }

  static ExclusionSet exclusionSet(Member tree) {
    tree.only(Set.of("key", "salt", "unit"));
    return ExclusionSet.of(
        tree.get("key").text(), tree.get("salt").text(), tree.get("unit").text());
  }

  static Holdout holdout(Member tree) {
    tree.only(Set.of("key", "salt", "scope", "slots", "unit"));
    Member scope = tree.get("scope");
    scope.only(Set.of("kind", "value"));
    return Holdout.of(
        tree.get("key").text(),
        tree.get("salt").text(),
        tree.get("unit").text(),
        Holdout.Scope.of(scope.get("kind").text()),
        scope.has("value") ? Keys.name("value of a scope", scope.get("value").text()) : "",
        tree.get("slots").small());
  }

  static Flag flag(Member tree) {
    tree.only(
        Set.of(
            "enabled",
            "fallback_unit",
            "key",
            "killed",
            "off",
            "prerequisites",
            "rollout",
            "rules",
            "salt",
            "type",
            "unit",
            "variants"));
    Flag.Builder builder =
        Flag.builder(tree.get("key").text())
            .salt(tree.get("salt").text())
            .type(Flag.Type.of(tree.get("type").text()))
            .unit(tree.get("unit").text())
            .enabled(tree.get("enabled").truth())
            .killed(tree.get("killed").truth())
            .off(tree.get("off").text())
            .variants(values(tree.get("variants")))
            .prerequisites(prerequisites(tree.get("prerequisites")))
            .rules(rules(tree.get("rules")))
            .rollout(ranges(tree.get("rollout")));
    if (tree.has("fallback_unit")) {
      builder.fallbackUnit(tree.get("fallback_unit").text());
    }
    return builder.build();
  }

  private static List<Flag.Value> values(Member tree) {
    List<Flag.Value> values = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("key", "value"));
      values.add(Flag.Value.of(element.get("key").text(), element.get("value").text()));
    }
    return values;
  }

  private static List<Flag.Rule> rules(Member tree) {
    List<Flag.Rule> rules = new ArrayList<>();
    for (Member element : tree.elements()) {
      element.only(Set.of("rollout", "targeting"));
      rules.add(
          Flag.Rule.of(
              Targeting.read("targeting", element.get("targeting")),
              ranges(element.get("rollout"))));
    }
    return rules;
  }
}
