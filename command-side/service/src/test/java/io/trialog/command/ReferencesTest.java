package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trialog.language.CatalogueRefusal.MetricNotYetMeasurable;
import io.trialog.language.CatalogueRefusal.MetricPartMustBe;
import io.trialog.language.CatalogueRefusal.ReferenceMustMatch;
import io.trialog.language.Design;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.EnvironmentCommand.CreateEnvironment;
import io.trialog.language.ExclusionSetCommand.CreateExclusionSet;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.FlagCommand.CreateFlag;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagRefusal.PrerequisiteVariantUnknown;
import io.trialog.language.FlagRefusal.PrerequisitesMustEnd;
import io.trialog.language.MetricCommand.DefineMetric;
import io.trialog.language.MetricDefinition;
import io.trialog.language.MetricDefinition.Kind;
import io.trialog.language.MetricFormula;
import io.trialog.language.NamespaceCommand.CreateNamespace;
import io.trialog.language.RampPlan;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a design, a flag or a metric names exists and fits, or it is refused by name. */
class ReferencesTest extends DeskTest {
  @BeforeEach
  void catalogue() {
    given(
        new CreateNamespace("acme/rides", "Rides"),
        new CreateEnvironment("production", "Production"),
        new CreateEnvironment("staging", "Staging"),
        new DefineMetric(metric("orders", Kind.MEAN, null)),
        new DefineMetric(
            metric("p95", Kind.QUANTILE, MetricFormula.quantile("orders", decimal("0.95"), null))),
        new CreateExclusionSet("page", "acme/rides", "production", "checkout", "user_id", "P"),
        new CreateExclusionSet("other", "acme/rides", "staging", "checkout", "user_id", "P"),
        new CreateExclusionSet("search", "acme/rides", "production", "search", "user_id", "P"),
        new CreateExclusionSet("device", "acme/rides", "production", "checkout", "device", "P"));
  }

  @Test
  void a_design_that_names_what_there_is_passes() {
    references().check(design("x", share("page", "0.1")));
  }

  @Test
  void an_environment_must_exist() {
    FlagDefinition flag = flag("f", "moon", List.of());

    assertThat(no(() -> references().check(flag)))
        .isEqualTo(new Refusal.UnknownReference("environment", "moon"));
  }

  @Test
  void a_metric_of_a_guardrail_must_exist() {
    Design design = guarded(new GuardrailRule("ghost", BigDecimal.ZERO, false));

    assertThat(no(() -> references().check(design)))
        .isEqualTo(new Refusal.UnknownReference("metric", "ghost"));
  }

  @Test
  void a_critical_guardrail_must_be_decided_some_day() {
    assertThat(
            no(() -> references().check(guarded(new GuardrailRule("p95", BigDecimal.ZERO, true)))))
        .isEqualTo(new MetricNotYetMeasurable("p95", "quantile"));
    references().check(guarded(new GuardrailRule("p95", BigDecimal.ZERO, false)));
    references().check(guarded(new GuardrailRule("orders", BigDecimal.ZERO, true)));
  }

  @Test
  void a_plan_waits_only_for_what_is_computed() {
    GuardrailRule p95 = new GuardrailRule("p95", BigDecimal.ZERO, false);
    GuardrailRule orders = new GuardrailRule("orders", BigDecimal.ZERO, false);
    given(
        new DraftExperiment(guarded("slow", p95)),
        new DraftExperiment(guarded("both", orders, p95)),
        new DraftExperiment(guarded("counted", orders)));
    RampPlan healthy = plan(0, true);
    RampPlan sampled = plan(100, false);

    assertThat(no(() -> references().check("both", healthy)).facts())
        .containsEntry("gate", "guardrails_healthy");
    assertThat(no(() -> references().check("slow", sampled)).facts())
        .containsEntry("gate", "minimum_sample");
    references().check("both", sampled);
    references().check("counted", healthy);
    references().check("slow", plan(0, false));
  }

  private static RampPlan plan(long sample, boolean healthy) {
    return new RampPlan(
        List.of(new RampPlan.Step(500_000, 10, sample, healthy, false)), false, null);
  }

  @Test
  void a_set_must_exist_and_be_of_the_same_environment_surface_and_unit() {
    assertThat(no(() -> references().check(design("x", share("ghost", "0.1")))))
        .isEqualTo(new Refusal.UnknownReference("exclusion_sets.set", "ghost"));
    assertThat(no(() -> references().check(design("x", share("other", "0.1")))))
        .isEqualTo(must("other", "environment", "production", "staging"));
    assertThat(no(() -> references().check(design("x", share("search", "0.1")))))
        .isEqualTo(must("search", "surface", "checkout", "search"));
    assertThat(no(() -> references().check(design("x", share("device", "0.1")))))
        .isEqualTo(must("device", "unit", "user_id", "device"));
  }

  @Test
  void parts_of_a_ratio_are_measured_themselves() {
    MetricDefinition good = metric("r", Kind.RATIO, MetricFormula.ratio("orders", "orders"));
    MetricDefinition made = metric("r", Kind.RATIO, MetricFormula.ratio("orders", "p95"));
    MetricDefinition lost = metric("r", Kind.RATIO, MetricFormula.ratio("ghost", "orders"));

    references().check(good);
    assertThat(no(() -> references().check(made)))
        .isEqualTo(new MetricPartMustBe("r", "p95", "quantile", "a mean or a proportion"));
    assertThat(no(() -> references().check(lost)))
        .isEqualTo(new Refusal.UnknownReference("metric", "ghost"));
  }

  @Test
  void a_prerequisite_must_exist_in_the_same_environment_with_the_variants_it_names() {
    given(new CreateFlag(flag("f", "production", List.of())));
    given(new CreateFlag(flag("s", "staging", List.of())));

    references().check(needing("x", needFlag("f", "on")));
    assertThat(no(() -> references().check(needing("x", needFlag("ghost", "on")))))
        .isEqualTo(new Refusal.UnknownReference("prerequisites.key", "ghost"));
    assertThat(no(() -> references().check(needing("x", needFlag("f", "blue")))))
        .isEqualTo(new PrerequisiteVariantUnknown("flag", "f", "blue"));
    assertThat(no(() -> references().check(needing("x", needFlag("s", "on")))))
        .isEqualTo(new ReferenceMustMatch("flag", "s", "environment", "production", "staging"));
  }

  @Test
  void prerequisites_do_not_lead_back_and_the_refusal_names_the_circle() {
    given(new CreateFlag(flag("a", "production", List.of())));
    given(new DraftExperiment(needing("x", needFlag("a", "on"))));
    given(new CreateFlag(flag("b", "production", List.of(needExperiment("x")))));

    FlagDefinition circle = flag("a", "production", List.of(needFlag("b", "on")));

    assertThat(no(() -> references().check(circle)))
        .isEqualTo(new PrerequisitesMustEnd(List.of("flag a", "flag b", "experiment x", "flag a")));
    assertThat(no(() -> references().check(circle)).facts())
        .containsEntry("cycle", "flag a -> flag b -> experiment x -> flag a");
  }

  @Test
  void a_thing_does_not_need_itself() {
    given(new CreateFlag(flag("a", "production", List.of())));

    assertThat(
            no(() -> references().check(flag("a", "production", List.of(needFlag("a", "on")))))
                .code())
        .isEqualTo("prerequisite_cycle");
  }

  @Test
  void prerequisites_are_at_most_ten_deep() {
    given(new CreateFlag(flag("f0", "production", List.of())));
    for (int i = 1; i <= 10; i++) {
      FlagDefinition next = flag("f" + i, "production", List.of(needFlag("f" + (i - 1), "on")));
      references().check(next);
      given(new CreateFlag(next));
    }

    Refusal refusal =
        no(() -> references().check(flag("f11", "production", List.of(needFlag("f10", "on")))));

    assertThat(refusal.code()).isEqualTo("prerequisites_too_deep");
    assertThat(refusal.facts()).containsEntry("most", "10");
  }

  @Test
  void a_wide_mesh_of_prerequisites_is_walked_once() {
    for (int layer = 0; layer < 10; layer++) {
      for (int i = 0; i < 8; i++) {
        given(new CreateFlag(flag("l" + layer + "-" + i, "production", below(layer))));
      }
    }

    references().check(flag("top", "production", below(10)));
  }

  /** Everything of the layer below: 8^10 ways down. */
  private static List<Prerequisite> below(int layer) {
    return layer == 0
        ? List.of()
        : java.util.stream.IntStream.range(0, 8)
            .mapToObj(i -> needFlag("l" + (layer - 1) + "-" + i, "on"))
            .toList();
  }

  private static Refusal no(org.assertj.core.api.ThrowableAssert.ThrowingCallable check) {
    return catchThrowableOfType(Refused.class, check).refusal();
  }

  private static ReferenceMustMatch must(String set, String member, String wanted, String found) {
    return new ReferenceMustMatch("exclusion set", set, member, wanted, found);
  }

  private static Design guarded(GuardrailRule rule) {
    return design("x", List.of(), List.of(rule));
  }

  private static Design guarded(String key, GuardrailRule... rules) {
    return design(key, List.of(), List.of(rules));
  }

  private static Design needing(String key, Prerequisite needed) {
    return design(key, List.of(needed), List.of());
  }

  private static Prerequisite needFlag(String flag, String variant) {
    return new Prerequisite(Prerequisite.Kind.FLAG, flag, List.of(variant));
  }

  private static Prerequisite needExperiment(String experiment) {
    return new Prerequisite(Prerequisite.Kind.EXPERIMENT, experiment, List.of("green"));
  }

  private static FlagDefinition flag(String key, String environment, List<Prerequisite> needs) {
    FlagDefinition flag = CatalogueTest.flag(key);
    return new FlagDefinition(
        key,
        flag.namespace(),
        environment,
        key,
        flag.type(),
        flag.unit(),
        null,
        flag.variants(),
        "off",
        List.of(),
        flag.rollout(),
        needs);
  }

  private static MetricDefinition metric(String key, Kind kind, @Nullable MetricFormula formula) {
    return new MetricDefinition(
        key,
        "acme/rides",
        key,
        kind,
        MetricDefinition.Direction.HIGHER_IS_BETTER,
        null,
        null,
        null,
        formula);
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text);
  }
}
