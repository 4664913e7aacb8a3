package io.trialog.sdk.core;

/** Is told decisions without an object being made for each. */
@FunctionalInterface
public interface DecisionVisitor {
  /** The slot of decisions that no slot made. */
  int NO_SLOT = -1;

  /**
   * One decision; what it hands over may be kept.
   *
   * @param variant the variant to show
   * @param slot 0 to 9,999 for ASSIGNED and NOT_ENROLLED, else {@link #NO_SLOT}
   */
  void decided(Experiment experiment, Variant variant, Reason reason, int slot);
}
