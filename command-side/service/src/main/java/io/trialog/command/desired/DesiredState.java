package io.trialog.command.desired;

import io.trialog.command.DesignReader;
import io.trialog.command.catalogue.Catalogue;
import io.trialog.command.catalogue.MetricReader;
import io.trialog.command.exclusion.ExclusionSetRoutes;
import io.trialog.command.flag.FlagReader;
import io.trialog.command.holdout.HoldoutReader;
import io.trialog.http.Fields;
import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.FlagDefinition;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.InvalidValue;
import io.trialog.language.MetricDefinition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a file says that a namespace should hold. What it does not speak of stays as it is; {@code
 * guardrailPolicy} is null when it does not speak of that.
 */
record DesiredState(
    String namespace,
    List<MetricDefinition> metrics,
    @Nullable List<GuardrailRule> guardrailPolicy,
    List<CreateExclusionSet> exclusionSets,
    List<HoldoutDefinition> holdouts,
    List<FlagDefinition> flags,
    List<Design> experiments) {
  DesiredState {
    metrics = distinct("metrics", metrics, MetricDefinition::metric);
    exclusionSets = distinct("exclusion_sets", exclusionSets, CreateExclusionSet::set);
    holdouts = distinct("holdouts", holdouts, HoldoutDefinition::holdout);
    flags = distinct("flags", flags, FlagDefinition::flag);
    experiments = distinct("experiments", experiments, Design::experiment);
  }

  /** From the members of a body; each thing as in the body of its own route. */
  static DesiredState read(Fields body, String namespace, Catalogue catalogue) {
    List<GuardrailRule> policy =
        body.optionalJson("guardrail_policy") == null
            ? null
            : DesignReader.guardrails(body, "guardrail_policy");
    return new DesiredState(
        namespace,
        things(body, "metrics", namespace, MetricReader::read),
        policy,
        things(body, "exclusion_sets", namespace, ExclusionSetRoutes::read),
        body.objects("holdouts", HoldoutReader::read),
        things(body, "flags", namespace, each -> FlagReader.read(each, each.text("flag"))),
        things(body, "experiments", namespace, each -> design(each, policy, catalogue)));
  }

  /** Guardrails that a file leaves out stay, or are the namespace's as the file wants them. */
  private static Design design(
      Fields body, @Nullable List<GuardrailRule> policy, Catalogue catalogue) {
    String experiment = body.text("experiment");
    return DesignReader.read(
        body,
        experiment,
        namespace ->
            catalogue
                .design(experiment)
                .map(Design::guardrails)
                .orElseGet(() -> policy == null ? catalogue.guardrailPolicy(namespace) : policy));
  }

  private static <T> List<T> things(
      Fields body, String member, String namespace, Function<Fields, T> read) {
    return body.objects(
        member,
        each -> {
          String named = each.text("namespace", namespace);
          if (!named.equals(namespace)) {
            throw new InvalidValue(
                each.path("namespace"),
                "must be \"" + namespace + "\" as in the path; found \"" + named + "\"");
          }
          return read.apply(each.orElse("namespace", namespace));
        });
  }

  private static <T> List<T> distinct(String member, List<T> things, Function<T, String> key) {
    Set<String> seen = new HashSet<>();
    for (T thing : things) {
      if (!seen.add(key.apply(thing))) {
        throw new InvalidValue(
            member, "must be distinct; \"" + key.apply(thing) + "\" is there twice");
      }
    }
    return List.copyOf(things);
  }
}
