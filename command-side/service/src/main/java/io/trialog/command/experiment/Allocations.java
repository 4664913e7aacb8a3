package io.trialog.command.experiment;

import io.trialog.language.Design;
import io.trialog.language.SlotRange;
import io.trialog.sdk.core.Allocation;
import io.trialog.sdk.core.Share;
import io.trialog.sdk.core.SlotTable;
import java.util.List;

/** Which slots take part, and what a change of them means. Pure functions. */
final class Allocations {
  private Allocations() {}

  /** The slots of each variant at a traffic; prefixes of its full range, so that a ramp widens. */
  static List<SlotRange> of(Design design, int trafficPpm, boolean equalArms) {
    List<Share> shares =
        design.variants().stream()
            .map(variant -> Share.of(variant.key(), variant.share().doubleValue()))
            .toList();
    SlotTable table = SlotTable.fromShares(shares, design.control());
    List<io.trialog.sdk.core.SlotRange> enrolled =
        equalArms
            ? Allocation.enrolEqually(table, trafficPpm)
            : Allocation.enrol(table, trafficPpm);
    return enrolled.stream()
        .map(range -> new SlotRange(range.variant(), range.from(), range.to()))
        .toList();
  }

  /** Number of slots that go from one variant to another. */
  static int moved(List<SlotRange> before, List<SlotRange> after) {
    return Allocation.moved(plain(before), plain(after));
  }

  /** Whether some treatment has more slots than before. */
  static boolean promotes(Design design, List<SlotRange> before, List<SlotRange> after) {
    return after.stream()
        .map(SlotRange::variant)
        .filter(variant -> !variant.equals(design.control()))
        .anyMatch(variant -> slots(after, variant) > slots(before, variant));
  }

  private static int slots(List<SlotRange> ranges, String variant) {
    return ranges.stream()
        .filter(range -> range.variant().equals(variant))
        .mapToInt(range -> range.to() - range.from())
        .sum();
  }

  private static List<io.trialog.sdk.core.SlotRange> plain(List<SlotRange> ranges) {
    return ranges.stream()
        .filter(range -> range.from() < range.to())
        .map(range -> io.trialog.sdk.core.SlotRange.of(range.from(), range.to(), range.variant()))
        .toList();
  }
}
