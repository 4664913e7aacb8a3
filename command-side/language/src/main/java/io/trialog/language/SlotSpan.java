package io.trialog.language;

/** Slots {@code from} (inclusive) to {@code to} (exclusive) of 10,000; at least one. */
public record SlotSpan(int from, int to) {
  public SlotSpan {
    if (from < 0 || to > 10_000 || from >= to) {
      throw new InvalidValue("ranges", "must be within 0 and 10000: " + from + " to " + to);
    }
  }

  /** How many slots these are. */
  public int length() {
    return to - from;
  }
}
