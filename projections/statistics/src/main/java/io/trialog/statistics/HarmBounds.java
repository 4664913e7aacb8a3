package io.trialog.statistics;

import java.util.OptionalDouble;

/**
 * One-sided bounds of the relative harm, each with confidence 1 − α, valid at every look and at the
 * kill. Positive is harm, in whichever direction harm lies; 0.05 means five percent worse.
 *
 * @param atLeast lower bound; absent when the data give none
 * @param atMost upper bound; absent when the data give none
 */
public record HarmBounds(OptionalDouble atLeast, OptionalDouble atMost) {
  static final HarmBounds NONE = new HarmBounds(OptionalDouble.empty(), OptionalDouble.empty());

  static HarmBounds of(double atLeast, double atMost) {
    return new HarmBounds(finite(atLeast), finite(atMost));
  }

  static OptionalDouble finite(double value) {
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }
}
