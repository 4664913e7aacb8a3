package io.trialog.sdk.core;

/** Which exposures were recorded (protocol clause 6.3). Any thread. */
@FunctionalInterface
public interface ExposureMemory {
  /**
   * Whether the exposure of a subject to a variant, in the epoch that the experiment has now, was
   * recorded. False may mean forgotten; true never means that it was another one. Allocates nothing
   * and does not throw.
   *
   * @param unit the unit that the subject was found by
   */
  boolean remembers(Experiment experiment, String variant, String unit, String subject);
}
