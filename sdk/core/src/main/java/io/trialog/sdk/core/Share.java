package io.trialog.sdk.core;

import java.util.Objects;

/** A variant and its share of an experiment's slots, 0.0 to 1.0 in ordinary use. */
public final class Share {
  private final String variant;
  private final double share;

  private Share(String variant, double share) {
    this.variant = variant;
    this.share = share;
  }

  /**
   * A share.
   *
   * @param share finite and not negative; sums above or below 1 are the table's business
   * @throws IllegalArgumentException for a blank variant, or a share that is negative or not finite
   */
  public static Share of(String variant, double share) {
    if (variant.isBlank()) {
      throw new IllegalArgumentException("a share needs a variant");
    }
    if (!(share >= 0) || Double.isInfinite(share)) {
      throw new IllegalArgumentException(
          "the share of " + variant + " must be finite and not negative, found " + share);
    }
    return new Share(variant, share);
  }

  public String variant() {
    return variant;
  }

  public double share() {
    return share;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Share
        && variant.equals(((Share) other).variant)
        && Double.compare(share, ((Share) other).share) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(variant, share);
  }

  @Override
  public String toString() {
    return variant + "=" + share;
  }
}
