package io.trialog.command;

import io.trialog.http.Fields;
import io.trialog.language.Design;
import io.trialog.language.Design.Condition;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Variant;
import java.math.BigDecimal;

/** A design from the members of a body, with the defaults that a person may leave out. */
final class DesignReader {
  private static final long DEFAULT_PLANNED_SUBJECTS = 100_000;

  private DesignReader() {}

  static Design read(Fields body, String experiment) {
    return new Design(
        experiment,
        body.text("namespace"),
        body.text("environment", "production"),
        body.text("title", experiment),
        body.text("hypothesis", ""),
        body.text("unit", "user_id"),
        body.optionalText("fallback_unit"),
        body.text("surface", "default"),
        body.text("control", "control"),
        body.objects(
            "variants",
            variant ->
                new Variant(
                    variant.text("key"),
                    variant.decimal("share"),
                    variant.optionalText("payload"))),
        body.objects(
            "targeting",
            condition ->
                new Condition(
                    condition.text("attribute"),
                    condition.word("operator", Condition.Operator.class),
                    condition.texts("values"))),
        body.text("primary_metric"),
        body.texts("secondary_metrics"),
        body.objects(
            "guardrails",
            rule ->
                new GuardrailRule(rule.text("metric"), rule.decimal("margin", BigDecimal.ZERO))),
        plannedSubjects(body),
        body.bool("assigned_elsewhere", false));
  }

  private static long plannedSubjects(Fields body) {
    Long planned = body.optionalInteger("planned_subjects");
    return planned == null ? DEFAULT_PLANNED_SUBJECTS : planned;
  }
}
