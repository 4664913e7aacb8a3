package io.trialog.command.desired;

import io.trialog.http.Caller;
import io.trialog.language.TrialogCommand;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * How to come from what the log says to what a file says.
 *
 * @param steps orders, each after those that it refers to
 * @param fixed what differs and cannot be changed by a file
 */
record Plan(List<Step> steps, List<Fixed> fixed) {
  Plan {
    steps = List.copyOf(steps);
    fixed = List.copyOf(fixed);
  }

  /** One order, what it changes, and the role and the references that its own route asks for. */
  record Step(TrialogCommand command, List<Difference> changes, Permit permit, Runnable check) {
    /** The name of the order, such as {@code ReviseFlag}. */
    String name() {
      return command.getClass().getSimpleName();
    }
  }

  /** Something that differs and stays as it is. */
  record Fixed(String stream, String why, List<Difference> changes) {}

  /** The caller, when they may give the order; else throws as its route does. */
  @FunctionalInterface
  interface Permit {
    Caller of(HttpServletRequest request);
  }
}
