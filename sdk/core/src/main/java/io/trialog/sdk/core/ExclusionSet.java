package io.trialog.sdk.core;

import java.util.Arrays;
import java.util.Objects;

/**
 * A hash space of which experiments own disjoint ranges, so that a subject is in one of them at
 * most (protocol clause 9.11). Immutable.
 */
public final class ExclusionSet {
  /** What of a set an experiment owns. */
  public static final class Reservation {
    private final String set;
    private final int[] bounds;

    private Reservation(String set, int[] bounds) {
      this.set = set;
      this.bounds = bounds;
    }

    /**
     * A reservation of ranges.
     *
     * @param bounds from and to of each range in turn: {@code from <= slot < to}, ascending and
     *     disjoint, within 0 to 10,000; none admits nobody
     * @throws IllegalArgumentException naming what is wrong
     */
    public static Reservation of(String set, int... bounds) {
      Keys.key("exclusion set", set);
      if (bounds.length % 2 != 0 || bounds.length > 2 * Experiment.MAX_PARTS) {
        throw new IllegalArgumentException("expected at most 1000 ranges of " + set);
      }
      int end = 0;
      for (int i = 0; i < bounds.length; i += 2) {
        if (bounds[i] < end || bounds[i + 1] <= bounds[i] || bounds[i + 1] > Slots.COUNT) {
          throw new IllegalArgumentException(
              "ranges of " + set + " must ascend within 0 to " + Slots.COUNT + ", not overlap");
        }
        end = bounds[i + 1];
      }
      return new Reservation(set, bounds.clone());
    }

    /** The set's key. */
    public String set() {
      return set;
    }

    /** From and to of each range in turn; a copy. */
    public int[] bounds() {
      return bounds.clone();
    }

    boolean owns(int slot) {
      for (int i = 0; i < bounds.length; i += 2) {
        if (slot < bounds[i + 1]) {
          return slot >= bounds[i];
        }
      }
      return false;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Reservation
          && set.equals(((Reservation) other).set)
          && Arrays.equals(bounds, ((Reservation) other).bounds);
    }

    @Override
    public int hashCode() {
      return set.hashCode() * 31 + Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
      return set + Arrays.toString(bounds);
    }
  }

  private final String key;
  private final HashSpace space;

  private ExclusionSet(String key, HashSpace space) {
    this.key = key;
    this.space = space;
  }

  /**
   * A set.
   *
   * @param unit the attribute that is hashed; a context without it is in none of the experiments
   * @throws IllegalArgumentException naming the part that breaks a rule of protocol clause 9.3
   */
  public static ExclusionSet of(String key, String salt, String unit) {
    Keys.key("exclusion set", key);
    return new ExclusionSet(key, HashSpace.shared("exclusion set " + key, salt, unit));
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

  int slot(Context context) {
    return space.slot(context);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExclusionSet
        && key.equals(((ExclusionSet) other).key)
        && space.equals(((ExclusionSet) other).space);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, space);
  }

  @Override
  public String toString() {
    return key;
  }
}
