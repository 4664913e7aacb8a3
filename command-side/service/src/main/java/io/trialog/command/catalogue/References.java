package io.trialog.command.catalogue;

import io.trialog.language.CatalogueRefusal.GateNeverOpens;
import io.trialog.language.CatalogueRefusal.MetricNotYetMeasurable;
import io.trialog.language.CatalogueRefusal.MetricPartMustBe;
import io.trialog.language.CatalogueRefusal.ReferenceMustMatch;
import io.trialog.language.Design;
import io.trialog.language.Design.ExclusionShare;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.FlagDefinition;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.MetricDefinition;
import io.trialog.language.RampPlan;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import java.util.List;
import java.util.Optional;

/**
 * Whether what is about to be written names things that exist and fit. Each check returns, or
 * throws {@link Refused}. Checks look at the log as it is: two orders at once may each be right and
 * together close a circle of prerequisites, so whoever evaluates bounds the walk too.
 */
public final class References {
  private final Catalogue catalogue;
  private final Prerequisites prerequisites;

  public References(Catalogue catalogue) {
    this.catalogue = catalogue;
    this.prerequisites = new Prerequisites(catalogue);
  }

  /** Of a design. */
  public void check(Design design) {
    mustBeNamespace(design.namespace());
    mustBeEnvironment(design.environment());
    design.metrics().forEach(this::mustBeMetric);
    checkGuardrails(design.guardrails());
    design.exclusionSets().forEach(share -> checkSet(share, design));
    prerequisites.check(
        Prerequisite.Kind.EXPERIMENT,
        design.experiment(),
        design.environment(),
        design.prerequisites());
  }

  /** Of a flag. */
  public void check(FlagDefinition flag) {
    mustBeNamespace(flag.namespace());
    mustBeEnvironment(flag.environment());
    prerequisites.check(
        Prerequisite.Kind.FLAG, flag.flag(), flag.environment(), flag.prerequisites());
  }

  /** Of a metric: what it is made of is measured itself. */
  public void check(MetricDefinition metric) {
    mustBeNamespace(metric.namespace());
    if (metric.formula() == null) {
      return;
    }
    for (String key : metric.formula().parts()) {
      MetricDefinition part = mustBeMetric(key);
      boolean fits =
          metric.kind() == MetricDefinition.Kind.QUANTILE
              ? part.kind() == MetricDefinition.Kind.MEAN
              : part.kind().isComputed();
      if (!fits) {
        String expected =
            metric.kind() == MetricDefinition.Kind.QUANTILE ? "a mean" : "a mean or a proportion";
        throw new Refused(new MetricPartMustBe(metric.metric(), key, part.kind().word(), expected));
      }
    }
  }

  /** Of a holdout. */
  public void check(HoldoutDefinition holdout) {
    mustBeEnvironment(holdout.environment());
    if (holdout.scope() == HoldoutDefinition.Scope.NAMESPACE && holdout.value() != null) {
      mustBeNamespace(holdout.value());
    }
  }

  /** Of a plan for an experiment's traffic: what its gates wait for is computed. */
  public void check(String experiment, RampPlan plan) {
    List<GuardrailRule> rules =
        catalogue.design(experiment).map(Design::guardrails).orElse(List.of());
    Optional<MetricDefinition> unknown =
        rules.stream()
            .map(rule -> mustBeMetric(rule.metric()))
            .filter(metric -> !metric.kind().isComputed())
            .findFirst();
    if (unknown.isPresent() && plan.steps().stream().anyMatch(RampPlan.Step::guardrailsHealthy)) {
      MetricDefinition metric = unknown.get();
      String because =
          "the experiment has a guardrail on \"%s\", a %s, which is not computed yet"
              .formatted(metric.metric(), metric.kind().word());
      throw new Refused(new GateNeverOpens("guardrails_healthy", because));
    }
    boolean counted =
        rules.stream().anyMatch(rule -> mustBeMetric(rule.metric()).kind().isComputed());
    if (!counted && plan.steps().stream().anyMatch(step -> step.minimumSample() > 0)) {
      throw new Refused(
          new GateNeverOpens(
              "minimum_sample",
              "subjects are counted by guardrails on a mean or a proportion, and it has none"));
    }
  }

  /** Of guardrails: a critical one must be decided some day. */
  public void checkGuardrails(List<GuardrailRule> rules) {
    for (GuardrailRule rule : rules) {
      MetricDefinition metric = mustBeMetric(rule.metric());
      if (rule.critical() && !metric.kind().isComputed()) {
        throw new Refused(new MetricNotYetMeasurable(rule.metric(), metric.kind().word()));
      }
    }
  }

  /** There is such a namespace. */
  public void mustBeNamespace(String namespace) {
    if (!catalogue.exists(Streams.namespace(namespace))) {
      throw unknown("namespace", namespace);
    }
  }

  /** There is such an environment. */
  public void mustBeEnvironment(String environment) {
    if (!catalogue.isEnvironment(environment)) {
      throw unknown("environment", environment);
    }
  }

  private MetricDefinition mustBeMetric(String metric) {
    return catalogue.metric(metric).orElseThrow(() -> unknown("metric", metric));
  }

  private void checkSet(ExclusionShare share, Design design) {
    ExclusionSetCreated set =
        catalogue
            .exclusionSet(share.set())
            .orElseThrow(() -> unknown("exclusion_sets.set", share.set()));
    mustMatch(share.set(), "environment", design.environment(), set.environment());
    mustMatch(share.set(), "surface", design.surface(), set.surface());
    mustMatch(share.set(), "unit", design.unit(), set.unit());
  }

  private static void mustMatch(String set, String member, String expected, String found) {
    if (!expected.equals(found)) {
      throw new Refused(new ReferenceMustMatch("exclusion set", set, member, expected, found));
    }
  }

  static Refused unknown(String field, String value) {
    return new Refused(new Refusal.UnknownReference(field, value));
  }
}
