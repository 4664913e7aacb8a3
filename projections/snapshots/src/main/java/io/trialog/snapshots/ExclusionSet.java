package io.trialog.snapshots;

import io.trialog.language.ExclusionSetEvent;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.SlotSpan;
import io.trialog.language.log.RecordedEvent;
import java.util.List;
import java.util.SortedMap;

/**
 * An exclusion set as its events left it. Immutable.
 *
 * @param created what it is, as it was created
 * @param reservations what experiments own of it, by their key
 * @param revision sequence in its stream of its last event
 */
public record ExclusionSet(
    ExclusionSetCreated created,
    SortedMap<String, Reservation> reservations,
    EventReference createdBy,
    long revision,
    EventReference last) {

  /**
   * The slots of an experiment.
   *
   * @param planned whether somebody reserved them by hand, and not a start
   */
  public record Reservation(List<SlotSpan> ranges, boolean planned, EventReference event) {
    public Reservation {
      ranges = List.copyOf(ranges);
    }

    /** How many slots these are. */
    public int slots() {
      return ranges.stream().mapToInt(SlotSpan::length).sum();
    }
  }

  /** Its key. */
  public String key() {
    return created.set();
  }

  static ExclusionSet created(RecordedEvent recorded, ExclusionSetCreated fact) {
    EventReference by = EventReference.to(recorded);
    return new ExclusionSet(fact, SharedMaps.empty(), by, recorded.sequence(), by);
  }

  /** The state after one more of its events. */
  ExclusionSet apply(RecordedEvent recorded, ExclusionSetEvent fact) {
    EventReference by = EventReference.to(recorded);
    return switch (fact) {
      case ExclusionSetCreated e -> created(recorded, e);
      case SlotsReserved e ->
          holding(
              recorded,
              SharedMaps.with(
                  reservations, e.experiment(), new Reservation(e.ranges(), e.planned(), by)));
      case SlotsReleased e -> holding(recorded, SharedMaps.without(reservations, e.experiment()));
    };
  }

  private ExclusionSet holding(RecordedEvent recorded, SortedMap<String, Reservation> now) {
    return new ExclusionSet(
        created, now, createdBy, recorded.sequence(), EventReference.to(recorded));
  }
}
