package io.trialog.command;

/** Where the audit log stands. */
@FunctionalInterface
public interface LogSize {
  /**
   * Leaves of the audit log once the event at {@code position} is one of them. Waits for it, a
   * bounded time; throws {@link io.trialog.http.ProblemException} (503) past it.
   */
  long at(long position);
}
