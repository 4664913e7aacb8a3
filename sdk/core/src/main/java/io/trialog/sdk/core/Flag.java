package io.trialog.sdk.core;

import io.trialog.sdk.core.targeting.Targeting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A feature flag as a snapshot carries it. Immutable; made by {@link #builder}. */
public final class Flag {
  /** What sort of JSON the values are. */
  public enum Type {
    BOOLEAN("boolean"),
    TEXT("text"),
    NUMBER("number"),
    JSON("json");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The type of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Type of(String word) {
      for (Type type : values()) {
        if (type.word.equals(word)) {
          return type;
        }
      }
      throw new IllegalArgumentException("expected boolean, text, number or json");
    }
  }

  /** A variant and its value. */
  public static final class Value {
    private final String key;
    private final String value;

    private Value(String key, String value) {
      this.key = key;
      this.value = value;
    }

    /**
     * A variant.
     *
     * @param value JSON text; opaque here: the SDK hands it on and does not parse it
     * @throws IllegalArgumentException for a malformed key or a value that is too long
     */
    public static Value of(String key, String value) {
      return new Value(
          Keys.key("variant", key), Keys.text("value of " + key, value, Variant.MAX_PAYLOAD));
    }

    public String key() {
      return key;
    }

    /** JSON text. */
    public String value() {
      return value;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Value
          && key.equals(((Value) other).key)
          && value.equals(((Value) other).value);
    }

    @Override
    public int hashCode() {
      return Objects.hash(key, value);
    }

    @Override
    public String toString() {
      return key;
    }
  }

  /** Which slots get which variant, for those whom the targeting admits. */
  public static final class Rule {
    private final Targeting targeting;
    private final List<SlotRange> rollout;

    private Rule(Targeting targeting, List<SlotRange> rollout) {
      this.targeting = targeting;
      this.rollout = rollout;
    }

    /** A rule; the rollout owns every slot. */
    public static Rule of(Targeting targeting, List<SlotRange> rollout) {
      return new Rule(targeting, List.copyOf(rollout));
    }

    public Targeting targeting() {
      return targeting;
    }

    /** Ascending, without gaps, from 0 to 10,000. */
    public List<SlotRange> rollout() {
      return rollout;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Rule
          && targeting.equals(((Rule) other).targeting)
          && rollout.equals(((Rule) other).rollout);
    }

    @Override
    public int hashCode() {
      return Objects.hash(targeting, rollout);
    }

    @Override
    public String toString() {
      return targeting + " " + rollout;
    }
  }

  private final String key;
  private final Type type;
  private final HashSpace space;
  private final @Nullable String fallbackUnit;
  private final boolean enabled;
  private final boolean killed;
  private final Value off;
  private final List<Value> variants;
  private final List<Prerequisite> prerequisites;
  private final List<Rule> rules;
  private final List<SlotRange> rollout;

  // Derived, for the evaluator.
  private final Map<String, Value> byKey = new HashMap<>();
  private final Prerequisite[] asked;
  private final Value[][] owners;
  private final int[][] ends;

  private Flag(Builder b) {
    key = Keys.key("flag", b.key);
    type = b.type;
    space = HashSpace.of("flag " + key, b.salt, b.unit);
    String second = b.fallbackUnit;
    fallbackUnit = second == null ? null : Keys.name("fallback unit of " + key, second);
    enabled = b.enabled;
    killed = b.killed;
    variants = Keys.atMost("variants", b.variants, Experiment.MAX_PARTS);
    prerequisites = Keys.atMost("prerequisites", b.prerequisites, Prerequisite.MAX_COUNT);
    rules = Keys.atMost("rules", b.rules, Experiment.MAX_PARTS);
    for (Value variant : variants) {
      if (byKey.put(variant.key(), variant) != null) {
        throw new IllegalArgumentException("variant " + variant.key() + " stands twice in " + key);
      }
    }
    off = known(b.off);
    rollout = Keys.atMost("ranges", b.rollout, Experiment.MAX_PARTS);
    asked = prerequisites.toArray(new Prerequisite[0]);
    owners = new Value[rules.size() + 1][];
    ends = new int[rules.size() + 1][];
    for (int i = 0; i < rules.size(); i++) {
      rules.get(i).targeting().typed("targeting of " + key);
      compile(i, rules.get(i).rollout());
    }
    compile(rules.size(), rollout);
  }

  private Value known(String variant) {
    Value known = byKey.get(variant);
    if (known == null) {
      throw new IllegalArgumentException(
          "expected a variant of the flag " + key + ", found " + variant);
    }
    return known;
  }

  private void compile(int index, List<SlotRange> ranges) {
    Keys.atMost("ranges", ranges, Experiment.MAX_PARTS);
    owners[index] = new Value[ranges.size()];
    ends[index] = new int[ranges.size()];
    int end = 0;
    for (int i = 0; i < ranges.size(); i++) {
      SlotRange range = ranges.get(i);
      owned(range.from() == end);
      end = range.to();
      owners[index][i] = known(range.variant());
      ends[index][i] = end;
    }
    owned(end == Slots.COUNT);
  }

  private void owned(boolean gapless) {
    if (!gapless) {
      throw new IllegalArgumentException(
          "a rollout of " + key + " must own every slot once, in order");
    }
  }

  /** A builder; not enabled, not killed, BOOLEAN, {@code salt} {@code flag:key} until set. */
  public static Builder builder(String key) {
    return new Builder(key);
  }

  public String key() {
    return key;
  }

  public Type type() {
    return type;
  }

  public String salt() {
    return space.salt();
  }

  /** The attribute whose slot decides, {@code user_id}. */
  public String unit() {
    return space.unit();
  }

  /** The attribute to take when the unit is missing. */
  public Optional<String> fallbackUnit() {
    return Optional.ofNullable(fallbackUnit);
  }

  public boolean enabled() {
    return enabled;
  }

  public boolean killed() {
    return killed;
  }

  /** The variant of whom nothing else is given to. */
  public String off() {
    return off.key();
  }

  public List<Value> variants() {
    return variants;
  }

  /** All must be met. */
  public List<Prerequisite> prerequisites() {
    return prerequisites;
  }

  /** The first that is for a context decides. */
  public List<Rule> rules() {
    return rules;
  }

  /** The default: ascending, without gaps, from 0 to 10,000. */
  public List<SlotRange> rollout() {
    return rollout;
  }

  Value offValue() {
    return off;
  }

  Prerequisite[] asked() {
    return asked;
  }

  /** Index of the first rule for the context; -1 without one. */
  int match(Context context) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).targeting().admits(context)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether the rollout of a rule, or the default at -1, has one variant for everybody. */
  @Nullable Value only(int rule) {
    Value[] owner = owners[rule < 0 ? rules.size() : rule];
    return owner.length == 1 ? owner[0] : null;
  }

  /** The slot of the context, NO_SLOT when it has neither unit. */
  int slot(Context context) {
    String subject = context.subject(space.unit());
    if (subject == null && fallbackUnit != null) {
      subject = context.subject(fallbackUnit);
    }
    return subject == null ? HashSpace.NO_SLOT : space.slotOf(subject);
  }

  /** Who owns a slot in the rollout of a rule, or in the default at -1. */
  Value owner(int rule, int slot) {
    int index = rule < 0 ? rules.size() : rule;
    int[] end = ends[index];
    int at = 0;
    while (slot >= end[at]) {
      at++;
    }
    return owners[index][at];
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Flag)) {
      return false;
    }
    Flag that = (Flag) other;
    return key.equals(that.key)
        && type == that.type
        && space.equals(that.space)
        && Objects.equals(fallbackUnit, that.fallbackUnit)
        && enabled == that.enabled
        && killed == that.killed
        && off.equals(that.off)
        && variants.equals(that.variants)
        && prerequisites.equals(that.prerequisites)
        && rules.equals(that.rules)
        && rollout.equals(that.rollout);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, enabled, killed, rollout);
  }

  @Override
  public String toString() {
    return key + (killed ? " killed" : enabled ? " enabled" : " disabled");
  }

  /** Collects a flag's parts; not for several threads. */
  public static final class Builder {
    private final String key;
    private String salt;
    private Type type = Type.BOOLEAN;
    private String unit = "user_id";
    private @Nullable String fallbackUnit;
    private boolean enabled;
    private boolean killed;
    private String off = "";
    private List<Value> variants = new ArrayList<>();
    private List<Prerequisite> prerequisites = new ArrayList<>();
    private List<Rule> rules = new ArrayList<>();
    private List<SlotRange> rollout = new ArrayList<>();

    private Builder(String key) {
      this.key = key;
      this.salt = "flag:" + key;
    }

    public Builder salt(String salt) {
      this.salt = salt;
      return this;
    }

    public Builder type(Type type) {
      this.type = type;
      return this;
    }

    public Builder unit(String unit) {
      this.unit = unit;
      return this;
    }

    public Builder fallbackUnit(@Nullable String fallbackUnit) {
      this.fallbackUnit = fallbackUnit;
      return this;
    }

    public Builder enabled(boolean enabled) {
      this.enabled = enabled;
      return this;
    }

    public Builder killed(boolean killed) {
      this.killed = killed;
      return this;
    }

    public Builder off(String off) {
      this.off = off;
      return this;
    }

    public Builder variants(List<Value> variants) {
      this.variants = new ArrayList<>(variants);
      return this;
    }

    public Builder prerequisites(List<Prerequisite> prerequisites) {
      this.prerequisites = new ArrayList<>(prerequisites);
      return this;
    }

    public Builder rules(List<Rule> rules) {
      this.rules = new ArrayList<>(rules);
      return this;
    }

    /** The default, as the ranges of a {@link SlotTable}. */
    public Builder rollout(List<SlotRange> rollout) {
      this.rollout = new ArrayList<>(rollout);
      return this;
    }

    /**
     * The flag.
     *
     * @throws IllegalArgumentException naming the part that breaks a rule of protocol clause 9.3
     */
    public Flag build() {
      return new Flag(this);
    }
  }
}
