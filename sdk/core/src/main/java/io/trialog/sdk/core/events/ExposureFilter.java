package io.trialog.sdk.core.events;

import io.trialog.sdk.core.Decision;
import io.trialog.sdk.core.Experiment;
import io.trialog.sdk.core.ExposureMemory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets an exposure of a subject to a variant of an experiment in an epoch pass once (protocol
 * clause 6.3). Remembers the most recently used; what fell out may pass again, and the platform
 * folds it.
 *
 * <p>Keys are compared whole and are raw subjects, not fingerprints of them: two exposures are
 * never taken for one, whatever their hashes are, and a repeated evaluation needs no second SHA-256
 * and no object. They stay in memory. Sixteen locks keep threads apart, each held for one look into
 * a table.
 */
public final class ExposureFilter implements ExposureMemory {
  private static final int STRIPES = 16;

  /** Of an int, the bits above these choose the stripe, those below the place in its table. */
  private static final int STRIPE_SHIFT = 28;

  /** 2^32 by the golden ratio, which carries differences into the upper bits. */
  private static final int SPREAD = 0x9E37_79B9;

  private final Stripe[] stripes = new Stripe[STRIPES];

  /**
   * A filter.
   *
   * @param capacity how many exposures to remember, at least 16
   */
  public ExposureFilter(int capacity) {
    if (capacity < STRIPES) {
      throw new IllegalArgumentException("expected a capacity of at least 16, found " + capacity);
    }
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Stripe(capacity / STRIPES);
    }
  }

  /** True the first time; false for a decision that assigned nobody. */
  public boolean pass(Decision decision) {
    // Asked first, without an object; between the two another thread may have passed.
    if (!decision.assigned() || decision.isIn(this)) {
      return false;
    }
    Key key = new Key(decision);
    return stripe(key.hash).add(key);
  }

  @Override
  public boolean remembers(Experiment experiment, String variant, String unit, String subject) {
    int hash = Key.hash(experiment.key(), variant, unit, subject, experiment.epoch());
    return stripe(hash).has(hash, experiment, variant, unit, subject);
  }

  /** Lets the exposure pass again: it could not be queued. */
  public void forget(Decision decision) {
    Key key = new Key(decision);
    stripe(key.hash).remove(key);
  }

  private Stripe stripe(int hash) {
    return stripes[hash >>> STRIPE_SHIFT];
  }

  /** Of a place in a table; the one that only asks changes what it asks for. */
  private static final class Key {
    private String experiment = "";
    private String variant = "";
    private String unit = "";
    private String subject = "";
    private int epoch;
    private int hash;

    Key() {}

    Key(Decision decision) {
      set(
          decision.experiment(),
          decision.variant(),
          decision.unit().orElse(""),
          decision.subject().orElse(""),
          decision.epoch().orElse(0));
      hash = hash(experiment, variant, unit, subject, epoch);
    }

    /** All but the hash. */
    void set(String experiment, String variant, String unit, String subject, int epoch) {
      this.experiment = experiment;
      this.variant = variant;
      this.unit = unit;
      this.subject = subject;
      this.epoch = epoch;
    }

    /** Texts remember theirs. */
    static int hash(String experiment, String variant, String unit, String subject, int epoch) {
      int hash = 31 * subject.hashCode() + experiment.hashCode();
      hash = 31 * hash + variant.hashCode();
      hash = 31 * hash + unit.hashCode();
      return (31 * hash + epoch) * SPREAD;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (!(other instanceof Key)) {
        return false;
      }
      Key that = (Key) other;
      return hash == that.hash
          && epoch == that.epoch
          && subject.equals(that.subject)
          && experiment.equals(that.experiment)
          && variant.equals(that.variant)
          && unit.equals(that.unit);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final class Stripe {
    private final Map<Key, Boolean> recent;

    /** Never in the table: used again for each question, and emptied behind it. */
    private final Key asked = new Key();

    Stripe(int capacity) {
      recent =
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
              return size() > capacity;
            }
          };
    }

    /** Makes it the most recently used, too. */
    synchronized boolean has(
        int hash, Experiment experiment, String variant, String unit, String subject) {
      asked.set(experiment.key(), variant, unit, subject, experiment.epoch());
      asked.hash = hash;
      boolean has = recent.get(asked) != null;
      asked.subject = "";
      return has;
    }

    synchronized boolean add(Key key) {
      return recent.put(key, true) == null;
    }

    synchronized void remove(Key key) {
      recent.remove(key);
    }
  }
}
