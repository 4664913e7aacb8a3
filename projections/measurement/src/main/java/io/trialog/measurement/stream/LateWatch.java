package io.trialog.measurement.stream;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The newest event time seen per experiment, to tell who comes late. A count for people; nothing
 * else depends on it, and unlike the sums it depends on the order of arrival. Remembers the 10,000
 * experiments used last.
 */
final class LateWatch {
  /** An event further behind than this is late. */
  static final Duration TOLERANCE = Duration.ofSeconds(60);

  private static final int EXPERIMENTS = 10_000;

  private final Map<String, Instant> newest =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > EXPERIMENTS;
        }
      };

  /** Notes the event and says whether it came late. */
  boolean isLate(String experiment, Instant time) {
    Instant known = newest.get(experiment);
    if (known == null || time.isAfter(known)) {
      newest.put(experiment, time);
      return false;
    }
    return time.isBefore(known.minus(TOLERANCE));
  }

  /** Takes over what an earlier run had seen. */
  void restore(String experiment, Instant time) {
    newest.merge(experiment, time, (a, b) -> a.isAfter(b) ? a : b);
  }

  void forEach(BiConsumer<String, Instant> visitor) {
    newest.forEach(visitor);
  }
}
