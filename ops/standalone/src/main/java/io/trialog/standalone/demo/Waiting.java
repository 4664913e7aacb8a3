package io.trialog.standalone.demo;

import io.trialog.sdk.core.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Outcomes that have not happened yet, by the time when they will. Bounded: what does not fit is
 * dropped and counted. Not safe for threads.
 */
final class Waiting {
  /** An outcome and its time, in milliseconds of the caller's clock. */
  record Due(long atMillis, Context who, Happening what) {}

  private final int capacity;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis));
  private long dropped;

  Waiting(int capacity) {
    this.capacity = capacity;
  }

  /** True when it was taken. */
  boolean add(Due due) {
    if (queue.size() >= capacity) {
      dropped++;
      return false;
    }
    return queue.add(due);
  }

  /** All that are due, earliest first; they are taken out. */
  List<Due> take(long nowMillis) {
    List<Due> due = new ArrayList<>();
    for (Due next = queue.peek(); next != null && next.atMillis() <= nowMillis; ) {
      due.add(next);
      queue.remove();
      next = queue.peek();
    }
    return due;
  }

  int size() {
    return queue.size();
  }

  long dropped() {
    return dropped;
  }
}
