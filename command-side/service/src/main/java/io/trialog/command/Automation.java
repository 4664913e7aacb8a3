package io.trialog.command;

import io.trialog.language.TrialogCommand;
import io.trialog.language.log.RecordedEvent;
import java.time.Instant;
import java.util.List;

/**
 * A rule that gives orders by itself, named as a sentence ({@code WhenReviewIsOverdueThenAlarm}).
 * Keeps its to-do list in memory, from the events alone. Called by one thread.
 */
public interface Automation {
  /** The name in kebab-case: the id of the actor of its orders. */
  String name();

  /** Takes note of an event; each of the log, once, in order. */
  void on(RecordedEvent event);

  /**
   * The orders that are due. Asked about once a second, and again until an event has taken them off
   * the list; an order that was refused or failed waits before it is given again.
   */
  List<Due> due(Instant now);

  /**
   * An order that is due. The key is the same however often, and by whichever node, the order is
   * given: at most 128 visible ASCII characters, unique for the name.
   */
  record Due(TrialogCommand command, String idempotencyKey, String causationId, String reason) {}
}
