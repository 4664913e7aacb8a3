package io.trialog.sdk.core;

import java.util.Objects;

/**
 * A share of subjects that is kept out of all running experiments of a scope (protocol clause
 * 9.10). Immutable.
 */
public final class Holdout {
  /** What experiments a holdout is about. */
  public enum Scope {
    /** All of the environment. */
    GLOBAL("global"),
    /** Those of a namespace, {@code acme/rides}. */
    NAMESPACE("namespace"),
    /** Those on a surface. */
    SURFACE("surface");

    private final String word;

    Scope(String word) {
      this.word = word;
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The scope of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Scope of(String word) {
      for (Scope scope : values()) {
        if (scope.word.equals(word)) {
          return scope;
        }
      }
      throw new IllegalArgumentException("expected global, namespace or surface");
    }
  }

  private final String key;
  private final Scope scope;
  private final String of;
  private final int slots;
  private final HashSpace space;

  private Holdout(String key, Scope scope, String of, int slots, HashSpace space) {
    this.key = key;
    this.scope = scope;
    this.of = of;
    this.slots = slots;
    this.space = space;
  }

  /**
   * A holdout.
   *
   * @param unit the attribute that is hashed; a context without it is not held out
   * @param of the namespace or surface of the scope; empty for GLOBAL
   * @param slots 1 to 10,000: subjects of the slots below are held out
   * @throws IllegalArgumentException naming the part that breaks a rule of protocol clause 9.3
   */
  public static Holdout of(
      String key, String salt, String unit, Scope scope, String of, int slots) {
    Keys.key("holdout", key);
    Keys.text("scope of holdout " + key, of, Keys.MAX_TEXT);
    if ((scope == Scope.GLOBAL) != of.isEmpty()) {
      throw new IllegalArgumentException(
          "holdout " + key + " must name its namespace or surface, and nothing if it is global");
    }
    if (slots < 1 || slots > Slots.COUNT) {
      throw new IllegalArgumentException(
          "holdout " + key + " must have 1 to " + Slots.COUNT + " slots, found " + slots);
    }
    return new Holdout(key, scope, of, slots, HashSpace.shared("holdout " + key, salt, unit));
  }

  public String key() {
    return key;
  }

  public String salt() {
    return space.salt();
  }

  public String unit() {
    return space.unit();
  }

  public Scope scope() {
    return scope;
  }

  /** The namespace or surface; empty for GLOBAL. */
  public String of() {
    return of;
  }

  /** 1 to 10,000. */
  public int slots() {
    return slots;
  }

  boolean covers(Experiment experiment) {
    switch (scope) {
      case GLOBAL:
        return true;
      case NAMESPACE:
        return of.equals(experiment.namespace());
      case SURFACE:
        return of.equals(experiment.surface());
    }
    throw new IllegalStateException("unknown scope " + scope);
  }

  boolean holdsOut(Context context) {
    int slot = space.slot(context);
    return slot != HashSpace.NO_SLOT && slot < slots;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Holdout
        && key.equals(((Holdout) other).key)
        && scope == ((Holdout) other).scope
        && of.equals(((Holdout) other).of)
        && slots == ((Holdout) other).slots
        && space.equals(((Holdout) other).space);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, scope, of, slots);
  }

  @Override
  public String toString() {
    return key + " " + scope.word + " " + of + " " + slots;
  }
}
