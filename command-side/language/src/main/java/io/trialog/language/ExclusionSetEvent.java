package io.trialog.language;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Facts about one exclusion set. */
public sealed interface ExclusionSetEvent extends TrialogEvent {
  /** The exclusion set that the fact is about. */
  String set();

  /** A hash space of 10,000 slots, all free; its salt is its key. */
  record ExclusionSetCreated(
      String set, String namespace, String environment, String surface, String unit, String title)
      implements ExclusionSetEvent {
    public ExclusionSetCreated {
      Keys.key("set", set);
      Keys.namespace("namespace", namespace);
      Keys.environment("environment", environment);
      Keys.key("surface", surface);
      Keys.key("unit", unit);
      Keys.text("title", title);
    }
  }

  /**
   * From here on the experiment owns exactly these slots of the set, and no other does.
   *
   * @param ranges ascending and disjoint
   * @param planned whether somebody reserved them by hand: then they outlive a start that failed
   * @param startBy while a start is under way, when it is given up; null when there is none
   */
  record SlotsReserved(
      String set,
      String experiment,
      List<SlotSpan> ranges,
      boolean planned,
      @Nullable Instant startBy)
      implements ExclusionSetEvent {
    public SlotsReserved {
      Keys.key("set", set);
      Keys.key("experiment", experiment);
      ranges = List.copyOf(Keys.require("ranges", ranges));
    }
  }

  /** The experiment owns no slot of the set any more; {@code ranges} were its. */
  record SlotsReleased(String set, String experiment, List<SlotSpan> ranges)
      implements ExclusionSetEvent {
    public SlotsReleased {
      Keys.key("set", set);
      Keys.key("experiment", experiment);
      ranges = List.copyOf(Keys.require("ranges", ranges));
    }
  }
}
