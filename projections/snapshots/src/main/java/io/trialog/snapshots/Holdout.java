package io.trialog.snapshots;

import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.log.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * A holdout as its events left it. Immutable.
 *
 * @param ended the event that let its subjects in again; absent before
 * @param revision sequence in its stream of its last event
 */
public record Holdout(
    HoldoutDefinition definition,
    @Nullable EventReference ended,
    EventReference created,
    long revision,
    EventReference last) {

  static Holdout created(RecordedEvent recorded, HoldoutCreated fact) {
    EventReference by = EventReference.to(recorded);
    return new Holdout(fact.definition(), null, by, recorded.sequence(), by);
  }

  /** The state after one more of its events. */
  Holdout apply(RecordedEvent recorded, HoldoutEvent fact) {
    EventReference by = EventReference.to(recorded);
    return switch (fact) {
      case HoldoutCreated e -> created(recorded, e);
      case HoldoutEnded e -> new Holdout(definition, by, created, recorded.sequence(), by);
    };
  }
}
