package io.trialog.language;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All that a feature flag is. Asked for a subject, an enabled flag whose prerequisites hold gives
 * the rollout of the first rule that the subject matches, else the default rollout; else, and when
 * it is disabled or killed, {@code offVariant}.
 *
 * <p>A rollout is read as an experiment's shares are: the slot with the flag's key as its salt,
 * shares added in their order, and the rest to {@code offVariant}. So a share may grow without
 * moving those inside it, as long as none before it changes.
 */
public record FlagDefinition(
    String flag,
    String namespace,
    String environment,
    String title,
    Type type,
    String unit,
    @Nullable String fallbackUnit,
    List<Variant> variants,
    String offVariant,
    List<Rule> rules,
    List<RolloutShare> rollout,
    List<Design.Prerequisite> prerequisites) {
  private static final int MOST_VARIANTS = 50;
  private static final int MOST_RULES = 100;
  private static final int MOST_PREREQUISITES = 20;

  /** What sort of value a flag gives. */
  public enum Type {
    BOOLEAN,
    TEXT,
    NUMBER,
    JSON;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One value that the flag may give: {@code value} is JSON text of the flag's type. */
  public record Variant(String key, String value) {
    public Variant {
      Keys.key("variants.key", key);
      Keys.text("variants.value", value);
    }
  }

  /** A variant's share, 0 to 1 with at most 4 decimals. */
  public record RolloutShare(String variant, BigDecimal share) {
    public RolloutShare {
      Keys.key("rollout.variant", variant);
      Keys.require("rollout.share", share);
      if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
        throw new InvalidValue("rollout.share", "must be within 0 and 1; found " + share);
      }
      if (share.stripTrailingZeros().scale() > 4) {
        throw new InvalidValue("rollout.share", "must have at most 4 decimals");
      }
    }
  }

  /** Whoever matches {@code targeting} gets {@code rollout}; one variant alone has the share 1. */
  public record Rule(Targeting targeting, List<RolloutShare> rollout) {
    public Rule {
      Targeting.bounded("rules.targeting", targeting);
      rollout = List.copyOf(Keys.require("rules.rollout", rollout));
      if (rollout.isEmpty()) {
        throw new InvalidValue("rules.rollout", "must give at least one variant");
      }
    }
  }

  public FlagDefinition {
    Keys.key("flag", flag);
    Keys.namespace("namespace", namespace);
    Keys.environment("environment", environment);
    Keys.text("title", title);
    Keys.require("type", type);
    Keys.key("unit", unit);
    if (fallbackUnit != null) {
      Keys.key("fallback_unit", fallbackUnit);
    }
    variants = limited("variants", variants, MOST_VARIANTS);
    Keys.key("off_variant", offVariant);
    rules = limited("rules", rules, MOST_RULES);
    rollout = limited("rollout", rollout, MOST_VARIANTS);
    prerequisites = limited("prerequisites", prerequisites, MOST_PREREQUISITES);
    Set<String> keys = checkVariants(type, variants);
    if (!keys.contains(offVariant)) {
      throw new InvalidValue(
          "off_variant", "must be one of the variants; found \"" + offVariant + "\"");
    }
    checkRollout("rollout", rollout, keys);
    for (int i = 0; i < rules.size(); i++) {
      checkRollout("rules[" + i + "].rollout", rules.get(i).rollout(), keys);
    }
  }

  /** The keys of the variants, in the order of the definition. */
  public List<String> variantKeys() {
    return variants.stream().map(Variant::key).toList();
  }

  private static Set<String> checkVariants(Type type, List<Variant> variants) {
    if (variants.isEmpty()) {
      throw new InvalidValue("variants", "must be at least 1");
    }
    Set<String> keys = new HashSet<>();
    for (Variant variant : variants) {
      if (!keys.add(variant.key())) {
        throw new InvalidValue(
            "variants.key", "must be distinct; \"" + variant.key() + "\" is twice");
      }
      if (!Values.fits(type, variant.value())) {
        throw new InvalidValue(
            "variants.value",
            "of \"%s\" must be JSON of type %s".formatted(variant.key(), type.word()));
      }
    }
    return keys;
  }

  private static void checkRollout(String field, List<RolloutShare> rollout, Set<String> known) {
    Set<String> seen = new HashSet<>();
    BigDecimal sum = BigDecimal.ZERO;
    for (RolloutShare share : rollout) {
      if (!known.contains(share.variant())) {
        throw new InvalidValue(
            field, "must name variants of the flag; found \"" + share.variant() + "\"");
      }
      if (!seen.add(share.variant())) {
        throw new InvalidValue(field, "must name \"" + share.variant() + "\" once");
      }
      sum = sum.add(share.share());
    }
    if (sum.compareTo(BigDecimal.ONE) > 0) {
      throw new InvalidValue(field, "must sum to at most 1; found " + sum.toPlainString());
    }
  }

  private static <T> List<T> limited(String field, List<T> list, int most) {
    List<T> copy = List.copyOf(Keys.require(field, list));
    if (copy.size() > most) {
      throw new InvalidValue(field, "must be at most " + most + "; found " + copy.size());
    }
    return copy;
  }

  /** Shapes of values; whether the JSON of an object is whole is its reader's business. */
  private static final class Values {
    private static final Pattern NUMBER =
        Pattern.compile("-?(?:0|[1-9]\\d{0,30})(?:\\.\\d{1,30})?(?:[eE][+-]?\\d{1,3})?");

    private Values() {}

    static boolean fits(Type type, String value) {
      return switch (type) {
        case BOOLEAN -> value.equals("true") || value.equals("false");
        case TEXT -> value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        case NUMBER -> NUMBER.matcher(value).matches();
        case JSON -> true;
      };
    }
  }
}
