package io.trialog.snapshots;

import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagDisabled;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.log.RecordedEvent;
import java.util.Locale;

/**
 * A flag as its events left it. Immutable.
 *
 * @param revision sequence in its stream of its last event
 */
public record Flag(
    FlagDefinition definition,
    Status status,
    EventReference created,
    long revision,
    EventReference last) {

  /** Whether it gives what its rules say. */
  public enum Status {
    DISABLED,
    ENABLED,
    KILLED,
    ARCHIVED;

    /** The lower-case word used in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Its key. */
  public String key() {
    return definition.flag();
  }

  /** Whether SDKs know it: it was not put away. */
  public boolean isServed() {
    return status != Status.ARCHIVED;
  }

  static Flag created(RecordedEvent recorded, FlagCreated fact) {
    EventReference by = EventReference.to(recorded);
    return new Flag(fact.definition(), Status.DISABLED, by, recorded.sequence(), by);
  }

  /** The state after one more of its events. */
  Flag apply(RecordedEvent recorded, FlagEvent fact) {
    return switch (fact) {
      case FlagCreated e -> created(recorded, e);
      case FlagRevised e -> next(recorded, e.definition(), status);
      case FlagEnabled e -> next(recorded, definition, Status.ENABLED);
      case FlagDisabled e -> next(recorded, definition, Status.DISABLED);
      case FlagKilled e -> next(recorded, definition, Status.KILLED);
      case FlagArchived e -> next(recorded, definition, Status.ARCHIVED);
    };
  }

  private Flag next(RecordedEvent recorded, FlagDefinition nextDefinition, Status nextStatus) {
    return new Flag(
        nextDefinition, nextStatus, created, recorded.sequence(), EventReference.to(recorded));
  }
}
