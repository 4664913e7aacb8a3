package io.trialog.sdk.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which variant owns each of the 10,000 slots at full traffic (protocol clause 2.1). Immutable.
 *
 * <p>The table replays the reference function to the last bit: {@code score = slot / 10000.0;
 * cumulative += share; first variant with score < cumulative; else control}. The sums are doubles
 * and are added in the order of the list, so 0.9, 0.05, 0.05 puts slot 9,500 into the second
 * variant (0.9 + 0.05 is 0.9500000000000001) and an experiment that runs elsewhere can be taken
 * over without moving anybody. Sums above 1 cut the last variants off; sums below 1 leave the rest
 * to control, which then owns a second range unless it is last.
 */
public final class SlotTable {
  /** Most variants a table takes. */
  public static final int MAX_VARIANTS = 1_000;

  private final List<SlotRange> ranges;

  private SlotTable(List<SlotRange> ranges) {
    this.ranges = ranges;
  }

  /**
   * The table of the reference function.
   *
   * @param shares in the order of the experiment's variants; the order decides the ranges
   * @param control owner of the slots that no cumulative share reaches; need not be in the list
   * @throws IllegalArgumentException for a variant listed twice, an empty list, or more than {@link
   *     #MAX_VARIANTS}
   */
  public static SlotTable fromShares(List<Share> shares, String control) {
    check(shares, control);
    List<SlotRange> ranges = new ArrayList<>();
    double cumulative = 0.0;
    int from = 0;
    for (Share share : shares) {
      cumulative += share.share();
      int to = Math.max(from, firstSlotNotBelow(cumulative));
      append(ranges, from, to, share.variant());
      from = to;
    }
    append(ranges, from, Slots.COUNT, control);
    return new SlotTable(Collections.unmodifiableList(ranges));
  }

  /** The same for parallel arrays. */
  public static SlotTable fromShares(String[] variants, double[] shares, String control) {
    if (variants.length != shares.length) {
      throw new IllegalArgumentException(
          "expected a share for each variant, found " + variants.length + " and " + shares.length);
    }
    List<Share> list = new ArrayList<>(variants.length);
    for (int i = 0; i < variants.length; i++) {
      list.add(Share.of(variants[i], shares[i]));
    }
    return fromShares(list, control);
  }

  private static void check(List<Share> shares, String control) {
    if (control.isBlank()) {
      throw new IllegalArgumentException("a table needs a control");
    }
    if (shares.isEmpty() || shares.size() > MAX_VARIANTS) {
      throw new IllegalArgumentException(
          "expected 1 to " + MAX_VARIANTS + " shares, found " + shares.size());
    }
    Set<String> seen = new HashSet<>();
    for (Share share : shares) {
      if (!seen.add(share.variant())) {
        throw new IllegalArgumentException("variant " + share.variant() + " has two shares");
      }
    }
  }

  /**
   * The smallest slot whose score is not below the bound, 10,000 if there is none. Division by a
   * positive constant is monotone in floating point, so the slots below the bound are a prefix and
   * a binary search finds its end with the very comparison of the reference.
   */
  private static int firstSlotNotBelow(double bound) {
    int low = 0;
    int high = Slots.COUNT;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (middle / 10000.0 < bound) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Adjacent ranges of one variant become one: control last, and a sum just below 1. */
  private static void append(List<SlotRange> ranges, int from, int to, String variant) {
    if (from == to) {
      return;
    }
    int last = ranges.size() - 1;
    if (last >= 0 && ranges.get(last).variant().equals(variant)) {
      ranges.set(last, SlotRange.of(ranges.get(last).from(), to, variant));
    } else {
      ranges.add(SlotRange.of(from, to, variant));
    }
  }

  /**
   * The owner of a slot.
   *
   * @throws IllegalArgumentException for a slot outside 0 to 9,999
   */
  public String variantOf(int slot) {
    for (SlotRange range : ranges) {
      if (slot >= 0 && slot < range.to()) {
        return range.variant();
      }
    }
    throw new IllegalArgumentException("expected a slot of 0 to 9999, found " + slot);
  }

  /** The ranges, ascending, without gaps, from 0 to 10,000; unmodifiable. */
  public List<SlotRange> ranges() {
    return ranges;
  }

  /** Number of slots a variant owns, 0 for an unknown one. */
  public int slotsOf(String variant) {
    return ranges.stream()
        .filter(range -> range.variant().equals(variant))
        .mapToInt(SlotRange::length)
        .sum();
  }

  /** The owner of each slot, indexed by slot; a fresh array of 10,000. */
  public String[] toArray() {
    String[] owners = new String[Slots.COUNT];
    for (SlotRange range : ranges) {
      Arrays.fill(owners, range.from(), range.to(), range.variant());
    }
    return owners;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlotTable && ranges.equals(((SlotTable) other).ranges);
  }

  @Override
  public int hashCode() {
    return ranges.hashCode();
  }

  @Override
  public String toString() {
    return ranges.toString();
  }
}
