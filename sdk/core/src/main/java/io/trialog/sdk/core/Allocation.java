package io.trialog.sdk.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which slots take part at a given traffic (protocol clause 2.2). Pure functions.
 *
 * <p>Of each range of the full-traffic table the first {@code floor(length * ppm / 1000000)} slots
 * are enrolled. The count grows with the traffic and the range starts at the same slot, so more
 * traffic only ever adds slots: a ramp never moves a subject from one variant to another, and a
 * widened range of one variant never reaches another's.
 */
public final class Allocation {
  /** Traffic of 100%, in parts per million. */
  public static final int FULL_TRAFFIC_PPM = 1_000_000;

  private Allocation() {}

  /**
   * The enrolled ranges, ascending and disjoint; empty ranges are left out, so the list may be
   * empty. Unmodifiable.
   *
   * @param trafficPpm 0 to 1,000,000
   * @throws IllegalArgumentException for a traffic outside of that
   */
  public static List<SlotRange> enrol(SlotTable table, int trafficPpm) {
    if (trafficPpm < 0 || trafficPpm > FULL_TRAFFIC_PPM) {
      throw new IllegalArgumentException("expected 0 to 1000000 ppm, found " + trafficPpm);
    }
    List<SlotRange> enrolled = new ArrayList<>();
    for (SlotRange range : table.ranges()) {
      int slots = (int) ((long) range.length() * trafficPpm / FULL_TRAFFIC_PPM);
      if (slots > 0) {
        enrolled.add(SlotRange.of(range.from(), range.from() + slots, range.variant()));
      }
    }
    return Collections.unmodifiableList(enrolled);
  }

  /**
   * The enrolled ranges when every variant gets as many slots as the smallest one would have at
   * this traffic: of the longest range of each, the first {@code floor(smallest * ppm / 1000000)}.
   * The others are not enrolled. More traffic only adds slots, and {@link #enrol} at the same or
   * more traffic has all of these with the same variant.
   *
   * @param trafficPpm 0 to 1,000,000
   * @throws IllegalArgumentException for a traffic outside of that
   */
  public static List<SlotRange> enrolEqually(SlotTable table, int trafficPpm) {
    if (trafficPpm < 0 || trafficPpm > FULL_TRAFFIC_PPM) {
      throw new IllegalArgumentException("expected 0 to 1000000 ppm, found " + trafficPpm);
    }
    Map<String, SlotRange> longest = new LinkedHashMap<>();
    for (SlotRange range : table.ranges()) {
      longest.merge(
          range.variant(), range, (one, other) -> other.length() > one.length() ? other : one);
    }
    int smallest = Slots.COUNT;
    for (SlotRange range : longest.values()) {
      smallest = Math.min(smallest, range.length());
    }
    int slots = (int) ((long) smallest * trafficPpm / FULL_TRAFFIC_PPM);
    return slots == 0 ? Collections.emptyList() : prefixes(longest.values(), slots);
  }

  private static List<SlotRange> prefixes(Collection<SlotRange> ranges, int slots) {
    List<SlotRange> enrolled = new ArrayList<>();
    for (SlotRange range : ranges) {
      enrolled.add(SlotRange.of(range.from(), range.from() + slots, range.variant()));
    }
    enrolled.sort(Comparator.comparingInt(SlotRange::from));
    return Collections.unmodifiableList(enrolled);
  }

  /** True when every slot of {@code before} has the same variant in {@code after}. */
  public static boolean widens(List<SlotRange> before, List<SlotRange> after) {
    @Nullable String[] old = owners(before);
    @Nullable String[] now = owners(after);
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      String owner = old[slot];
      if (owner != null && !owner.equals(now[slot])) {
        return false;
      }
    }
    return true;
  }

  /** Number of slots that have a variant in both and not the same one: people who are moved. */
  public static int moved(List<SlotRange> before, List<SlotRange> after) {
    @Nullable String[] old = owners(before);
    @Nullable String[] now = owners(after);
    int moved = 0;
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      String owner = old[slot];
      String next = now[slot];
      if (owner != null && next != null && !owner.equals(next)) {
        moved++;
      }
    }
    return moved;
  }

  private static @Nullable String[] owners(List<SlotRange> ranges) {
    @Nullable String[] owners = new @Nullable String[Slots.COUNT];
    for (SlotRange range : ranges) {
      for (int slot = range.from(); slot < range.to(); slot++) {
        owners[slot] = range.variant();
      }
    }
    return owners;
  }
}
