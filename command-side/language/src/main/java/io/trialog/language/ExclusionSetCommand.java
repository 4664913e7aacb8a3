package io.trialog.language;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Orders about one exclusion set. */
public sealed interface ExclusionSetCommand extends TrialogCommand {
  /** The exclusion set that the order is about. */
  String set();

  @Override
  default String stream() {
    return Streams.exclusionSet(set());
  }

  /** Opens a hash space; its salt is its key. */
  record CreateExclusionSet(
      String set, String namespace, String environment, String surface, String unit, String title)
      implements ExclusionSetCommand {
    public CreateExclusionSet {
      Keys.key("set", set);
      Keys.namespace("namespace", namespace);
      Keys.environment("environment", environment);
      Keys.key("surface", surface);
      Keys.key("unit", unit);
      Keys.text("title", title);
    }
  }

  /**
   * Gives an experiment slots that no other has: the lowest free ones. Asked again for as many, the
   * experiment keeps those it has.
   *
   * @param planned whether somebody reserves them by hand: then they outlive a start that failed
   * @param startBy while a start is under way, when it is given up; null when there is none
   */
  record ReserveSlots(
      String set, String experiment, int slots, boolean planned, @Nullable Instant startBy)
      implements ExclusionSetCommand {
    public ReserveSlots {
      Keys.key("set", set);
      Keys.key("experiment", experiment);
      if (slots < 1 || slots > 10_000) {
        throw new InvalidValue("slots", "must be within 1 and 10000; found " + slots);
      }
    }
  }

  /**
   * Gives the slots of an experiment back.
   *
   * @param reservation the sequence of the {@code SlotsReserved} that is meant: when a later one
   *     replaced it, nothing is released
   */
  record ReleaseSlots(String set, String experiment, long reservation)
      implements ExclusionSetCommand {
    public ReleaseSlots {
      Keys.key("set", set);
      Keys.key("experiment", experiment);
    }
  }
}
