package io.trialog.language;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that an experiment is, as a person proposes it and another approves it.
 *
 * <p>{@code unit} is what is randomised; {@code fallbackUnit} is used where the unit is absent.
 * {@code plannedSubjects} is the number of subjects at the planned end. An experiment {@code
 * assignedElsewhere} is observed only: its arms come with the exposures and no snapshot holds it. A
 * {@code regulated} (medical) one needs an approval for every start, ramp, targeting change and
 * revive.
 */
public record Design(
    String experiment,
    String namespace,
    String environment,
    String title,
    String hypothesis,
    String unit,
    @Nullable String fallbackUnit,
    String surface,
    String control,
    List<Variant> variants,
    Targeting targeting,
    List<Prerequisite> prerequisites,
    List<ExclusionShare> exclusionSets,
    String primaryMetric,
    List<String> secondaryMetrics,
    List<GuardrailRule> guardrails,
    long plannedSubjects,
    boolean assignedElsewhere,
    boolean regulated) {

  private static final int LIMIT = 20;
  private static final double SHARE_TOLERANCE = 1e-9;

  /**
   * One arm: {@code share} in (0, 1], {@code payload} any JSON text of at most 4,000 characters.
   */
  public record Variant(String key, BigDecimal share, @Nullable String payload) {
    public Variant {
      Keys.key("variants.key", key);
      Keys.require("variants.share", share);
      if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
        throw new InvalidValue("variants.share", "must be within 0 and 1; found " + share);
      }
      if (share.scale() > 18 || share.precision() > 19) {
        throw new InvalidValue("variants.share", "must have at most 18 decimals");
      }
      if (payload != null) {
        Keys.bounded("variants.payload", payload);
      }
    }
  }

  /** Another flag or experiment that must have given one of these variants. */
  public record Prerequisite(Kind kind, String key, List<String> variants) {
    /** What is asked first. */
    public enum Kind {
      FLAG,
      EXPERIMENT;

      /** The lower-case word used in JSON. */
      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    public Prerequisite {
      Keys.require("prerequisites.kind", kind);
      Keys.key("prerequisites.key", key);
      variants = limited("prerequisites.variants", variants);
      if (variants.isEmpty()) {
        throw new InvalidValue("prerequisites.variants", "must be at least 1");
      }
      variants.forEach(variant -> Keys.key("prerequisites.variants", variant));
    }
  }

  /** A share of an exclusion set that the experiment needs to itself: 0.0001 to 1. */
  public record ExclusionShare(String set, BigDecimal share) {
    private static final BigDecimal SLOTS = BigDecimal.valueOf(10_000);

    public ExclusionShare {
      Keys.key("exclusion_sets.set", set);
      Keys.require("exclusion_sets.share", share);
      if (share.signum() <= 0 || share.compareTo(BigDecimal.ONE) > 0) {
        throw new InvalidValue("exclusion_sets.share", "must be above 0 and at most 1");
      }
      if (share.stripTrailingZeros().scale() > 4) {
        throw new InvalidValue("exclusion_sets.share", "must have at most 4 decimals");
      }
    }

    /** The share in slots of 10,000. */
    public int slots() {
      return share.multiply(SLOTS).intValueExact();
    }
  }

  /**
   * A metric whose harm beyond {@code margin} (a share of control's mean) stops the experiment;
   * while a {@code critical} one is undecided or breached, the experiment is not promoted.
   */
  public record GuardrailRule(String metric, BigDecimal margin, boolean critical) {
    public GuardrailRule {
      Keys.key("guardrails.metric", metric);
      Keys.require("guardrails.margin", margin);
      if (margin.signum() < 0 || margin.compareTo(BigDecimal.ONE) >= 0) {
        throw new InvalidValue("guardrails.margin", "must be at least 0 and below 1");
      }
    }
  }

  public Design {
    Keys.key("experiment", experiment);
    Keys.namespace("namespace", namespace);
    Keys.environment("environment", environment);
    Keys.text("title", title);
    Keys.bounded("hypothesis", hypothesis);
    Keys.key("unit", unit);
    if (fallbackUnit != null) {
      Keys.key("fallback_unit", fallbackUnit);
    }
    Keys.key("surface", surface);
    Keys.key("control", control);
    variants = limited("variants", variants);
    Targeting.bounded("targeting", targeting);
    prerequisites = limited("prerequisites", prerequisites);
    exclusionSets = limited("exclusion_sets", exclusionSets);
    Keys.key("primary_metric", primaryMetric);
    secondaryMetrics = limited("secondary_metrics", secondaryMetrics);
    secondaryMetrics.forEach(metric -> Keys.key("secondary_metrics", metric));
    guardrails = guardrails(guardrails);
    if (plannedSubjects < 1 || plannedSubjects > 10_000_000_000L) {
      throw new InvalidValue("planned_subjects", "must be within 1 and 10000000000");
    }
    distinct("variants.key", variants, Variant::key);
    distinct("exclusion_sets.set", exclusionSets, ExclusionShare::set);
    checkVariants(control, variants);
  }

  /** The rules, when they are few enough and each about another metric. */
  static List<GuardrailRule> guardrails(List<GuardrailRule> rules) {
    List<GuardrailRule> copy = limited("guardrails", rules);
    distinct("guardrails.metric", copy, GuardrailRule::metric);
    return copy;
  }

  /** The metrics that the design speaks of, primary first, each once. */
  public List<String> metrics() {
    Set<String> metrics = new java.util.LinkedHashSet<>();
    metrics.add(primaryMetric);
    metrics.addAll(secondaryMetrics);
    guardrails.forEach(rule -> metrics.add(rule.metric()));
    return List.copyOf(metrics);
  }

  /** The keys of the variants, in the order of the design, which is the order of their slots. */
  public List<String> variantKeys() {
    return variants.stream().map(Variant::key).toList();
  }

  /** The same for others. */
  public Design withTargeting(Targeting other) {
    return with(variants, other);
  }

  /** The same with other variants or shares. */
  public Design withVariants(List<Variant> others) {
    return with(others, targeting);
  }

  /** The keys of the variants that are not the control. */
  public List<String> treatments() {
    return variantKeys().stream().filter(key -> !key.equals(control)).toList();
  }

  private Design with(List<Variant> otherVariants, Targeting otherTargeting) {
    return new Design(
        experiment,
        namespace,
        environment,
        title,
        hypothesis,
        unit,
        fallbackUnit,
        surface,
        control,
        otherVariants,
        otherTargeting,
        prerequisites,
        exclusionSets,
        primaryMetric,
        secondaryMetrics,
        guardrails,
        plannedSubjects,
        assignedElsewhere,
        regulated);
  }

  private static void checkVariants(String control, List<Variant> variants) {
    if (variants.size() < 2) {
      throw new InvalidValue("variants", "must be at least 2");
    }
    if (variants.stream().noneMatch(variant -> variant.key().equals(control))) {
      throw new InvalidValue("control", "must be one of the variants; found \"" + control + "\"");
    }
    double sum = variants.stream().mapToDouble(variant -> variant.share().doubleValue()).sum();
    if (Math.abs(sum - 1) > SHARE_TOLERANCE) {
      throw new InvalidValue("variants.share", "must sum to 1; found " + sum);
    }
  }

  private static <T> List<T> limited(String field, List<T> list) {
    List<T> copy = List.copyOf(Keys.require(field, list));
    if (copy.size() > LIMIT) {
      throw new InvalidValue(field, "must be at most " + LIMIT + "; found " + copy.size());
    }
    return copy;
  }

  private static <T> void distinct(String field, List<T> list, Function<T, String> key) {
    Set<String> seen = new HashSet<>();
    for (T element : list) {
      if (!seen.add(key.apply(element))) {
        throw new InvalidValue(field, "must be distinct; \"" + key.apply(element) + "\" is twice");
      }
    }
  }
}
