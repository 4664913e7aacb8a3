package io.trialog.command.exclusion;

import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.SlotSpan;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The slots of one experiment, and the sequence of the event that last said so. */
record Reservation(
    String experiment,
    List<SlotSpan> ranges,
    boolean planned,
    @Nullable Instant startBy,
    long sequence) {
  int slots() {
    return ranges.stream().mapToInt(SlotSpan::length).sum();
  }

  boolean says(SlotsReserved fact) {
    return planned == fact.planned()
        && Objects.equals(startBy, fact.startBy())
        && ranges.equals(fact.ranges());
  }

  /** Whether a start may be under way. */
  boolean isBeingStarted(Instant now) {
    return startBy != null && now.isBefore(startBy);
  }

  /** Whether a start was given up. */
  boolean hasLapsed(Instant now) {
    return startBy != null && !now.isBefore(startBy);
  }
}
