package io.trialog.snapshots;

import java.util.SortedMap;
import org.pcollections.TreePMap;

/**
 * Sorted maps that nobody can change; one that is made from another shares all but the path to the
 * entry in question with it, and so costs the logarithm of its size.
 */
final class SharedMaps {
  private SharedMaps() {}

  static <T> SortedMap<String, T> empty() {
    return TreePMap.empty();
  }

  /** The map with this entry, instead of one that had its key. */
  static <T> SortedMap<String, T> with(SortedMap<String, T> map, String key, T value) {
    return shared(map).plus(key, value);
  }

  /** The map without an entry of this key. */
  static <T> SortedMap<String, T> without(SortedMap<String, T> map, String key) {
    return shared(map).minus(key);
  }

  private static <T> TreePMap<String, T> shared(SortedMap<String, T> map) {
    return map instanceof TreePMap<String, T> shared ? shared : TreePMap.fromSortedMap(map);
  }
}
