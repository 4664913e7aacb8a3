package io.trialog.sdk.core;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A flag or another experiment that must have given one of these variants (protocol clause 9.9).
 * Immutable.
 */
public final class Prerequisite {
  /** Longest chain of prerequisites below an experiment or a flag. */
  public static final int MAX_DEPTH = 16;

  /** Most prerequisites of an experiment or a flag. */
  public static final int MAX_COUNT = 100;

  /** What is asked first. */
  public enum Kind {
    FLAG("flag"),
    EXPERIMENT("experiment");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word of the snapshot. */
    public String word() {
      return word;
    }

    /**
     * The kind of a word.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("expected flag or experiment");
    }
  }

  private final Kind kind;
  private final String key;
  private final List<String> variants;
  private final Set<String> admitted;

  private Prerequisite(Kind kind, String key, List<String> variants) {
    this.kind = kind;
    this.key = key;
    this.variants = variants;
    this.admitted = new HashSet<>(variants);
  }

  /**
   * A prerequisite. What it names may be missing from the snapshot; then it is not met.
   *
   * @throws IllegalArgumentException for a malformed key, or no or too many variants
   */
  public static Prerequisite of(Kind kind, String key, List<String> variants) {
    List<String> copy = Keys.atMost("variants of a prerequisite", variants, Experiment.MAX_PARTS);
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("prerequisite " + key + " must name a variant");
    }
    for (String variant : copy) {
      Keys.key("variant of prerequisite " + key, variant);
    }
    return new Prerequisite(kind, Keys.key("prerequisite", key), copy);
  }

  public Kind kind() {
    return kind;
  }

  public String key() {
    return key;
  }

  public List<String> variants() {
    return variants;
  }

  boolean admits(String variant) {
    return admitted.contains(variant);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prerequisite
        && kind == ((Prerequisite) other).kind
        && key.equals(((Prerequisite) other).key)
        && variants.equals(((Prerequisite) other).variants);
  }

  @Override
  public int hashCode() {
    return key.hashCode() * 31 + variants.hashCode();
  }

  @Override
  public String toString() {
    return kind.word + " " + key + " " + variants;
  }
}
