package io.trialog.sdk.core;

import java.util.Objects;

/** The slots {@code from <= slot < to} of a variant; never empty, inside 0 to 10,000. */
public final class SlotRange {
  private final int from;
  private final int to;
  private final String variant;

  private SlotRange(int from, int to, String variant) {
    this.from = from;
    this.to = to;
    this.variant = variant;
  }

  /**
   * A range.
   *
   * @param from first slot, inclusive
   * @param to end, exclusive
   * @throws IllegalArgumentException unless {@code 0 <= from < to <= 10000}
   */
  public static SlotRange of(int from, int to, String variant) {
    if (from < 0 || to <= from || to > Slots.COUNT) {
      throw new IllegalArgumentException(
          "expected 0 <= from < to <= " + Slots.COUNT + ", found [" + from + "," + to + ")");
    }
    return new SlotRange(from, to, Objects.requireNonNull(variant, "variant"));
  }

  public int from() {
    return from;
  }

  public int to() {
    return to;
  }

  public String variant() {
    return variant;
  }

  /** Number of slots, at least 1. */
  public int length() {
    return to - from;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SlotRange
        && from == ((SlotRange) other).from
        && to == ((SlotRange) other).to
        && variant.equals(((SlotRange) other).variant);
  }

  @Override
  public int hashCode() {
    return Objects.hash(from, to, variant);
  }

  @Override
  public String toString() {
    return "[" + from + "," + to + ")" + variant;
  }
}
