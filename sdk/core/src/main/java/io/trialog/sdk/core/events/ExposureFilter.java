package io.trialog.sdk.core.events;

import io.trialog.sdk.core.Decision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets an exposure of a subject to a variant of an experiment in an epoch pass once (protocol
 * clause 6.3). Remembers the most recently used; what fell out may pass again, and the platform
 * folds it.
 *
 * <p>Keys are raw subjects, so that a repeated evaluation needs no second hash; they stay in
 * memory. Sixteen locks keep threads apart.
 */
public final class ExposureFilter {
  private static final int STRIPES = 16;

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
    if (!decision.assigned()) {
      return false;
    }
    Key key = new Key(decision);
    return stripe(key).add(key);
  }

  /** Lets the exposure pass again: it could not be queued. */
  public void forget(Decision decision) {
    Key key = new Key(decision);
    stripe(key).remove(key);
  }

  private Stripe stripe(Key key) {
    int hash = key.hash;
    return stripes[(hash ^ (hash >>> 16)) & (STRIPES - 1)];
  }

  private static final class Key {
    private final String experiment;
    private final String variant;
    private final String unit;
    private final String subject;
    private final int epoch;
    private final int hash;

    Key(Decision decision) {
      experiment = decision.experiment();
      variant = decision.variant();
      unit = decision.unit().orElse("");
      subject = decision.subject().orElse("");
      epoch = decision.epoch().orElse(0);
      hash = Objects.hash(experiment, variant, unit, subject, epoch);
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

    synchronized boolean add(Key key) {
      return recent.put(key, true) == null;
    }

    synchronized void remove(Key key) {
      recent.remove(key);
    }
  }
}
