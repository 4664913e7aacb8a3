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
import java.util.List;
import java.util.function.Function;

/** A design from the members of a body, with the defaults that a person may leave out. */
public final class DesignReader {
  private static final long DEFAULT_PLANNED_SUBJECTS = 100_000;

  private DesignReader() {}

  /**
   * Reads a design.
   *
   * @param guardrails of the namespace, for a body without the member {@code guardrails}
   */
  public static Design read(
      Fields body, String experiment, Function<String, List<GuardrailRule>> guardrails) {
    String namespace = body.text("namespace");
    return new Design(
        experiment,
        namespace,
        body.text("environment", "production"),
        body.text("title", experiment),
        body.text("hypothesis", ""),
        body.text("unit", "user_id"),
        body.optionalText("fallback_unit"),
        body.text("surface", "default"),
        body.text("control", "control"),
        variants(body),
        targeting(body),
        prerequisites(body),
        body.objects(
            "exclusion_sets", each -> new ExclusionShare(each.text("set"), each.decimal("share"))),
        body.text("primary_metric"),
        body.texts("secondary_metrics"),
        body.optionalJson("guardrails") == null
            ? guardrails.apply(namespace)
            : guardrails(body, "guardrails"),
        plannedSubjects(body),
        body.bool("assigned_elsewhere", false),
        body.bool("regulated", false));
  }

  /** The arms, in order. */
  public static List<Variant> variants(Fields body) {
    return body.objects(
        "variants",
        variant ->
            new Variant(
                variant.text("key"), variant.decimal("share"), variant.optionalText("payload")));
  }

  /** What must have been given before. */
  public static List<Prerequisite> prerequisites(Fields body) {
    return body.objects(
        "prerequisites",
        each ->
            new Prerequisite(
                each.word("kind", Prerequisite.Kind.class),
                each.text("key"),
                each.texts("variants")));
  }

  /** Rules of guardrails. */
  public static List<GuardrailRule> guardrails(Fields body, String member) {
    return body.objects(
        member,
        rule ->
            new GuardrailRule(
                rule.text("metric"),
                rule.decimal("margin", BigDecimal.ZERO),
                rule.bool("critical", false)));
  }

  /** Whom it is for; everybody when nothing is said. */
  public static Targeting targeting(Fields body) {
    JsonValue value = body.optionalJson("targeting");
    return value == null ? Targeting.EVERYBODY : TargetingJson.read(body.path("targeting"), value);
  }

  private static long plannedSubjects(Fields body) {
    Long planned = body.optionalInteger("planned_subjects");
    return planned == null ? DEFAULT_PLANNED_SUBJECTS : planned;
  }
}
