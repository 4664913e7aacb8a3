package io.trialog.sdk.core;

import io.trialog.sdk.core.targeting.Targeting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as a snapshot carries it: everything needed to assign, nothing else. Immutable;
 * made by {@link #builder}.
 */
public final class Experiment {
  /** Most variants, ranges and conditions of an experiment. */
  public static final int MAX_PARTS = 1_000;

  /** Most exclusion sets of an experiment. */
  public static final int MAX_RESERVATIONS = 100;

  /** What the SDK does with the experiment. */
  public enum Status {
    RUNNING("running"),
    PAUSED("paused"),
    KILLED("killed"),
    CONCLUDED("concluded");

    private final String word;

    Status(String word) {
      this.word = word;
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The status of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Status of(String word) {
      for (Status status : values()) {
        if (status.word.equals(word)) {
          return status;
        }
      }
      throw new IllegalArgumentException("expected running, paused, killed or concluded");
    }
  }

  private final String key;
  private final String salt;
  private final String namespace;
  private final String surface;
  private final String unit;
  private final @Nullable String fallbackUnit;
  private final Status status;
  private final int epoch;
  private final Variant control;
  private final @Nullable Variant winner;
  private final List<Variant> variants;
  private final Targeting targeting;
  private final List<Prerequisite> prerequisites;
  private final List<ExclusionSet.Reservation> reservations;
  private final List<SlotRange> allocation;

  // Derived, for the evaluator.
  private final Map<String, Variant> byKey;
  private final byte[] prefix;
  private final int[] bounds;
  private final Variant[] owners;

  private Experiment(Builder b) {
    key = Keys.key("experiment", b.key);
    String saltText = b.salt;
    salt = saltText == null ? key : Keys.text("salt", saltText, Keys.MAX_TEXT);
    namespace = Keys.text("namespace of " + key, b.namespace, Keys.MAX_TEXT);
    surface = Keys.text("surface of " + key, b.surface, Keys.MAX_TEXT);
    unit = Keys.name("unit of " + key, b.unit).intern();
    String fallback = b.fallbackUnit;
    fallbackUnit =
        fallback == null ? null : Keys.name("fallback unit of " + key, fallback).intern();
    status = b.status;
    epoch = b.epoch;
    variants = Keys.atMost("variants", b.variants, MAX_PARTS);
    targeting = b.targeting;
    prerequisites = Keys.atMost("prerequisites", b.prerequisites, Prerequisite.MAX_COUNT);
    reservations = Keys.atMost("exclusion sets", b.reservations, MAX_RESERVATIONS);
    allocation = Keys.atMost("ranges", b.allocation, MAX_PARTS);
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch of " + key + " must not be negative: " + epoch);
    }
    byKey = index(key, variants);
    control = known("control", b.control);
    String winnerKey = b.winner;
    winner = winnerKey == null ? null : known("winner", winnerKey);
    prefix = Slots.prefix(salt);
    bounds = new int[2 * allocation.size()];
    owners = new Variant[allocation.size()];
    compile();
  }

  private static Map<String, Variant> index(String experiment, List<Variant> variants) {
    Map<String, Variant> byKey = new HashMap<>();
    for (Variant variant : variants) {
      if (byKey.put(variant.key(), variant) != null) {
        throw new IllegalArgumentException(
            "variant " + variant.key() + " stands twice in " + experiment);
      }
    }
    return byKey;
  }

  private Variant known(String role, String variant) {
    Variant known = byKey.get(variant);
    if (known == null) {
      throw new IllegalArgumentException(
          role + " of " + key + " must be one of its variants, found " + variant);
    }
    return known;
  }

  private void compile() {
    int end = 0;
    for (int i = 0; i < owners.length; i++) {
      SlotRange range = allocation.get(i);
      if (range.from() < end) {
        throw new IllegalArgumentException(
            "ranges of " + key + " must ascend and not overlap, found " + range);
      }
      end = range.to();
      bounds[2 * i] = range.from();
      bounds[2 * i + 1] = end;
      owners[i] = known("range", range.variant());
    }
  }

  /** A builder; {@code status} is RUNNING, {@code epoch} 0 and {@code salt} the key until set. */
  public static Builder builder(String key) {
    return new Builder(key);
  }

  public String key() {
    return key;
  }

  public String salt() {
    return salt;
  }

  /** The owner, {@code acme/rides}; empty in format 1. */
  public String namespace() {
    return namespace;
  }

  public String surface() {
    return surface;
  }

  /** The attribute that is randomised, {@code user_id}. */
  public String unit() {
    return unit;
  }

  /** The attribute to randomise when the unit is missing, {@code device_id}. */
  public Optional<String> fallbackUnit() {
    return Optional.ofNullable(fallbackUnit);
  }

  public Status status() {
    return status;
  }

  /** Number of changes so far that moved people between variants. */
  public int epoch() {
    return epoch;
  }

  public String control() {
    return control.key();
  }

  /** What a concluded experiment answers; control when it has none. */
  public Optional<String> winner() {
    return Optional.ofNullable(winner).map(Variant::key);
  }

  public List<Variant> variants() {
    return variants;
  }

  /** Whom it is for. */
  public Targeting targeting() {
    return targeting;
  }

  /** All must be met. */
  public List<Prerequisite> prerequisites() {
    return prerequisites;
  }

  /** What it owns of exclusion sets; all must admit a subject. */
  public List<ExclusionSet.Reservation> reservations() {
    return reservations;
  }

  /** Ascending, disjoint. */
  public List<SlotRange> allocation() {
    return allocation;
  }

  /** The variant of a key, or null. */
  @Nullable Variant variant(String variant) {
    return byKey.get(variant);
  }

  Variant controlVariant() {
    return control;
  }

  Variant winnerOrControl() {
    return winner == null ? control : winner;
  }

  /** The unit that the context has: the experiment's, else its fallback; null without both. */
  @Nullable String unitIn(Context context) {
    if (context.subject(unit) != null) {
      return unit;
    }
    return fallbackUnit != null && context.subject(fallbackUnit) != null ? fallbackUnit : null;
  }

  /** The subject by the experiment's unit, else by its fallback; null without both. */
  @Nullable String subjectIn(Context context) {
    String subject = context.subject(unit);
    return subject != null || fallbackUnit == null ? subject : context.subject(fallbackUnit);
  }

  int slot(String subject) {
    return Slots.slot(prefix, subject);
  }

  /** The variant that owns a slot, or null. Few ranges: a scan beats a search. */
  @Nullable Variant owner(int slot) {
    for (int i = 0; i < owners.length; i++) {
      if (slot < bounds[2 * i + 1]) {
        return slot >= bounds[2 * i] ? owners[i] : null;
      }
    }
    return null;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Experiment)) {
      return false;
    }
    Experiment that = (Experiment) other;
    return key.equals(that.key)
        && salt.equals(that.salt)
        && namespace.equals(that.namespace)
        && surface.equals(that.surface)
        && unit.equals(that.unit)
        && Objects.equals(fallbackUnit, that.fallbackUnit)
        && status == that.status
        && epoch == that.epoch
        && control.equals(that.control)
        && Objects.equals(winner, that.winner)
        && variants.equals(that.variants)
        && targeting.equals(that.targeting)
        && prerequisites.equals(that.prerequisites)
        && reservations.equals(that.reservations)
        && allocation.equals(that.allocation);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, status, epoch, allocation);
  }

  @Override
  public String toString() {
    return key + " " + status.word + " epoch " + epoch + " " + allocation;
  }

  /** Collects an experiment's parts; not for several threads. */
  public static final class Builder {
    private final String key;
    private @Nullable String salt;
    private String namespace = "";
    private String surface = "";
    private String unit = "user_id";
    private @Nullable String fallbackUnit;
    private Status status = Status.RUNNING;
    private int epoch;
    private String control = "";
    private @Nullable String winner;
    private List<Variant> variants = new ArrayList<>();
    private Targeting targeting = Targeting.everybody();
    private List<Prerequisite> prerequisites = new ArrayList<>();
    private List<ExclusionSet.Reservation> reservations = new ArrayList<>();
    private List<SlotRange> allocation = new ArrayList<>();

    private Builder(String key) {
      this.key = key;
    }

    public Builder salt(String salt) {
      this.salt = salt;
      return this;
    }

    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    public Builder surface(String surface) {
      this.surface = surface;
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

    public Builder status(Status status) {
      this.status = status;
      return this;
    }

    public Builder epoch(int epoch) {
      this.epoch = epoch;
      return this;
    }

    public Builder control(String control) {
      this.control = control;
      return this;
    }

    public Builder winner(@Nullable String winner) {
      this.winner = winner;
      return this;
    }

    public Builder variants(List<Variant> variants) {
      this.variants = new ArrayList<>(variants);
      return this;
    }

    /** Everybody unless set. */
    public Builder targeting(Targeting targeting) {
      this.targeting = targeting;
      return this;
    }

    public Builder prerequisites(List<Prerequisite> prerequisites) {
      this.prerequisites = new ArrayList<>(prerequisites);
      return this;
    }

    public Builder reservations(List<ExclusionSet.Reservation> reservations) {
      this.reservations = new ArrayList<>(reservations);
      return this;
    }

    /** Ranges as {@link Allocation#enrol} returns them. */
    public Builder allocation(List<SlotRange> allocation) {
      this.allocation = new ArrayList<>(allocation);
      return this;
    }

    /**
     * The experiment.
     *
     * @throws IllegalArgumentException naming the part that breaks a rule of protocol clause 3.4 or
     *     9.2
     */
    public Experiment build() {
      return new Experiment(this);
    }
  }
}
