package io.trialog.sdk.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which experiments and flags ask for which others. Finds those whose chain of prerequisites is
 * longer than {@link Prerequisite#MAX_DEPTH} or has no end, because it leads back to itself: a
 * reader refuses them, and the platform does not let them run. Not for several threads.
 *
 * <p>What asks for nothing has depth 0. Whatever waits only for nodes of known depth gets its own,
 * until nobody is left or those who are left wait for each other. No recursion: a chain may be as
 * long as the snapshot.
 */
public final class PrerequisiteGraph {
  private final Map<String, List<Prerequisite>> nodes = new TreeMap<>();
  private final Map<String, Integer> depths = new HashMap<>();

  /** Says what an experiment or flag asks for; before the first question. */
  public void add(Prerequisite.Kind kind, String key, List<Prerequisite> prerequisites) {
    nodes.put(name(kind, key), prerequisites);
  }

  private static String name(Prerequisite.Kind kind, String key) {
    return kind.word() + " " + key;
  }

  /** Whether the chain below an experiment or flag that was added ends within the bound. */
  public boolean ends(Prerequisite.Kind kind, String key) {
    return ends(name(kind, key));
  }

  private boolean ends(String name) {
    if (depths.isEmpty()) {
      measure();
    }
    Integer depth = depths.get(name);
    return depth != null && depth <= Prerequisite.MAX_DEPTH;
  }

  /**
   * @throws IllegalArgumentException naming the first whose chain is endless or too long
   */
  void check() {
    for (String name : nodes.keySet()) {
      if (!ends(name)) {
        throw new IllegalArgumentException(
            "prerequisites of " + name + " must end within " + Prerequisite.MAX_DEPTH + " steps");
      }
    }
  }

  private void measure() {
    Map<String, Set<String>> waiting = new HashMap<>();
    Map<String, List<String>> dependents = new HashMap<>();
    Deque<String> known = new ArrayDeque<>();
    for (Map.Entry<String, List<Prerequisite>> node : nodes.entrySet()) {
      Set<String> below = below(node.getValue());
      waiting.put(node.getKey(), below);
      for (String each : below) {
        dependents.computeIfAbsent(each, key -> new ArrayList<>()).add(node.getKey());
      }
      depths.put(node.getKey(), node.getValue().isEmpty() ? 0 : 1);
      if (below.isEmpty()) {
        known.add(node.getKey());
      }
    }
    while (!known.isEmpty()) {
      String name = known.remove();
      waiting.remove(name);
      int above = 1 + depths.getOrDefault(name, 0);
      for (String dependent : dependents.getOrDefault(name, List.of())) {
        depths.merge(dependent, above, Math::max);
        Set<String> rest = waiting.get(dependent);
        if (rest != null && rest.remove(name) && rest.isEmpty()) {
          known.add(dependent);
        }
      }
    }
    depths.keySet().removeAll(waiting.keySet());
  }

  /** The nodes asked for; what nobody added never gives anything, and costs no step more. */
  private Set<String> below(List<Prerequisite> prerequisites) {
    Set<String> below = new HashSet<>();
    for (Prerequisite each : prerequisites) {
      String name = name(each.kind(), each.key());
      if (nodes.containsKey(name)) {
        below.add(name);
      }
    }
    return below;
  }
}
