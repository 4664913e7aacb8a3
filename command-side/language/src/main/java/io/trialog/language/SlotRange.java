package io.trialog.language;

/** Slots {@code from} (inclusive) to {@code to} (exclusive) of 10,000 that a variant owns. */
public record SlotRange(String variant, int from, int to) {
  public SlotRange {
    Keys.key("allocation.variant", variant);
    if (from < 0 || to > 10_000 || from > to) {
      throw new InvalidValue("allocation", "must be within 0 and 10000: " + from + " to " + to);
    }
  }
}
