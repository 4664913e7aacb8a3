package io.trialog.projections;

import java.util.Map;

/** Tells how parts are doing; {@code /health} asks every bean of this type. */
@FunctionalInterface
public interface PartSource {
  /** Status by name of the part, in snake_case. Any thread; must not block and not throw. */
  Map<String, PartStatus> parts();

  /**
   * What is counted since the start, by snake_case name with its unit or what is counted. Any
   * thread; must not block and not throw.
   */
  default Map<String, Long> counters() {
    return Map.of();
  }
}
