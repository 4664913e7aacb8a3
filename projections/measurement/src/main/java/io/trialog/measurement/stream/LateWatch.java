package io.trialog.measurement.stream;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The newest event time seen per experiment and kind of event, to tell who comes late. Each kind
 * has a topic of its own, and which topic is read ahead says nothing about an event. A count for
 * people; nothing else depends on it, and unlike the sums it depends on the order of arrival.
 * Remembers the 10,000 experiments used last of each kind.
 */
final class LateWatch {
  /** An event further behind than this is late. */
  static final Duration TOLERANCE = Duration.ofSeconds(60);

  private static final int EXPERIMENTS = 20_000;

  /** What comes by one topic. */
  enum Kind {
    EXPOSURE,
    OUTCOME
  }

  private final Map<String, Instant> newest =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > EXPERIMENTS;
        }
      };

  /** Notes the event and says whether it came late. */
  boolean isLate(Kind kind, String experiment, Instant time) {
    String key = kind.name() + '/' + experiment;
    Instant known = newest.get(key);
    if (known == null || time.isAfter(known)) {
      newest.put(key, time);
      return false;
    }
    return time.isBefore(known.minus(TOLERANCE));
  }

  /** Takes over what an earlier run had seen. */
  void restore(String key, Instant time) {
    newest.merge(key, time, (a, b) -> a.isAfter(b) ? a : b);
  }

  void forEach(BiConsumer<String, Instant> visitor) {
    newest.forEach(visitor);
  }
}
