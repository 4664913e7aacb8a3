package io.trialog.query.catalogue;

import io.trialog.language.SlotSpan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is free of a hash space of {@value #SLOTS} slots.
 *
 * @param free ascending and as long as they can be
 */
record Capacity(List<SlotSpan> free) {
  static final int SLOTS = 10_000;

  /** What these leave; they may come in any order and touch, and must not overlap. */
  static Capacity leftBy(Collection<SlotSpan> owned) {
    List<SlotSpan> sorted = owned.stream().sorted(Comparator.comparingInt(SlotSpan::from)).toList();
    List<SlotSpan> free = new ArrayList<>();
    int next = 0;
    for (SlotSpan span : sorted) {
      if (span.from() > next) {
        free.add(new SlotSpan(next, span.from()));
      }
      next = Math.max(next, span.to());
    }
    if (next < SLOTS) {
      free.add(new SlotSpan(next, SLOTS));
    }
    return new Capacity(List.copyOf(free));
  }

  int slots() {
    return free.stream().mapToInt(SlotSpan::length).sum();
  }

  /** The first of the longest; empty when nothing is free. */
  Optional<SlotSpan> largest() {
    return free.stream()
        .max(
            Comparator.comparingInt(SlotSpan::length)
                .thenComparing(Comparator.comparingInt(SlotSpan::from).reversed()));
  }
}
