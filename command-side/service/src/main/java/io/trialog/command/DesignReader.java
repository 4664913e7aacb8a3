package io.trialog.command;

import io.trialog.http.Fields;
import io.trialog.language.Design;
import io.trialog.language.Design.ExclusionShare;
import io.trialog.language.Design.GuardrailRule;
import io.trialog.language.Design.Prerequisite;
import io.trialog.language.Design.Variant;
import io.trialog.language.Targeting;
import io.trialog.language.wire.TargetingJson;
import jakarta.json.JsonValue;
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
        targeting(body),
        body.objects(
            "prerequisites",
            each ->
                new Prerequisite(
                    each.word("kind", Prerequisite.Kind.class),
                    each.text("key"),
                    each.texts("variants"))),
        body.objects(
            "exclusion_sets", each -> new ExclusionShare(each.text("set"), each.decimal("share"))),
        body.text("primary_metric"),
        body.texts("secondary_metrics"),
        body.objects(
            "guardrails",
            rule ->
                new GuardrailRule(
                    rule.text("metric"),
                    rule.decimal("margin", BigDecimal.ZERO),
                    rule.bool("critical", false))),
        plannedSubjects(body),
        body.bool("assigned_elsewhere", false),
        body.bool("regulated", false));
  }

  /** Whom it is for; everybody when nothing is said. */
  static Targeting targeting(Fields body) {
    JsonValue value = body.optionalJson("targeting");
    return value == null ? Targeting.EVERYBODY : TargetingJson.read(body.path("targeting"), value);
  }

  private static long plannedSubjects(Fields body) {
    Long planned = body.optionalInteger("planned_subjects");
    return planned == null ? DEFAULT_PLANNED_SUBJECTS : planned;
  }
}
