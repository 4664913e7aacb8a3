package io.trialog.snapshots;

import io.trialog.language.EnvironmentEvent;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.log.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * An environment as its events left it. Immutable.
 *
 * @param engaged the event that stopped all its experiments; absent unless they are stopped now
 * @param releaseProposed the event that asked for their release; absent unless it waits for a yes
 * @param revision sequence in its stream of its last event
 */
public record Environment(
    String environment,
    String title,
    @Nullable EventReference engaged,
    @Nullable EventReference releaseProposed,
    EventReference created,
    long revision,
    EventReference last) {

  static Environment created(RecordedEvent recorded, EnvironmentCreated fact) {
    EventReference by = EventReference.to(recorded);
    return new Environment(
        fact.environment(), fact.title(), null, null, by, recorded.sequence(), by);
  }

  /** The state after one more of its events. */
  Environment apply(RecordedEvent recorded, EnvironmentEvent fact) {
    EventReference by = EventReference.to(recorded);
    return switch (fact) {
      case EnvironmentCreated e -> created(recorded, e);
      case KillSwitchEngaged e -> switched(recorded, by, null);
      case KillSwitchReleaseProposed e -> switched(recorded, engaged, by);
      case KillSwitchReleased e -> switched(recorded, null, null);
    };
  }

  private Environment switched(
      RecordedEvent recorded, @Nullable EventReference nowEngaged, @Nullable EventReference asked) {
    return new Environment(
        environment,
        title,
        nowEngaged,
        asked,
        created,
        recorded.sequence(),
        EventReference.to(recorded));
  }
}
