package io.trialog.command.flag;

import io.trialog.command.DesignReader;
import io.trialog.http.Fields;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagDefinition.RolloutShare;
import io.trialog.language.FlagDefinition.Rule;
import io.trialog.language.FlagDefinition.Variant;
import io.trialog.language.InvalidValue;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.util.List;

/** A flag from the members of a body, with the defaults that a person may leave out. */
public final class FlagReader {
  private static final List<Variant> ON_AND_OFF =
      List.of(new Variant("on", "true"), new Variant("off", "false"));

  private FlagReader() {}

  /** Reads a flag; one that says no type is a boolean with the variants on and off. */
  public static FlagDefinition read(Fields body, String flag) {
    FlagDefinition.Type type =
        body.optionalJson("type") == null
            ? FlagDefinition.Type.BOOLEAN
            : body.word("type", FlagDefinition.Type.class);
    return new FlagDefinition(
        flag,
        body.text("namespace"),
        body.text("environment", "production"),
        body.text("title", flag),
        type,
        body.text("unit", "user_id"),
        body.optionalText("fallback_unit"),
        variants(body, type),
        body.text("off_variant", "off"),
        body.objects("rules", FlagReader::rule),
        rollout(body),
        DesignReader.prerequisites(body));
  }

  private static List<Variant> variants(Fields body, FlagDefinition.Type type) {
    List<Variant> variants =
        body.objects("variants", each -> new Variant(each.text("key"), value(each)));
    return variants.isEmpty() && type == FlagDefinition.Type.BOOLEAN ? ON_AND_OFF : variants;
  }

  private static String value(Fields variant) {
    JsonValue value = variant.optionalJson("value");
    if (value == null) {
      throw new InvalidValue(variant.path("value"), "is required");
    }
    return value.toString();
  }

  private static Rule rule(Fields rule) {
    String variant = rule.optionalText("variant");
    List<RolloutShare> rollout = rollout(rule);
    if (variant != null && !rollout.isEmpty()) {
      throw new InvalidValue(rule.path("rollout"), "must be absent beside variant");
    }
    return new Rule(
        DesignReader.targeting(rule),
        variant == null ? rollout : List.of(new RolloutShare(variant, BigDecimal.ONE)));
  }

  private static List<RolloutShare> rollout(Fields body) {
    return body.objects(
        "rollout", each -> new RolloutShare(each.text("variant"), each.decimal("share")));
  }
}
